import { useNavigate, useParams, useSearch } from '@tanstack/react-router';

/** The filters of a page, as its address says them. */
export type Filters = Readonly<Record<string, string>>;

/** Which object the page is about: `…/payments/pay_…`. */
export function useObjectId(): string {
  const { id = '' }: { readonly id?: string } = useParams({ strict: false });
  return id;
}

/** The filters of the address, and what changes some of them; an empty text takes a filter away. */
export function useFilters(): readonly [Filters, (changes: Filters) => void] {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changes: Filters) => {
    const search = Object.fromEntries(Object.entries({ ...filters, ...changes }).filter(([, value]) => value !== ''));
    void navigate({ to: '.', search, replace: true });
  };
  return [filters, change];
}
