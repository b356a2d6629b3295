import { useInfiniteQuery } from '@tanstack/react-query';
import type { PathsWithMethod } from 'openapi-typescript-helpers';
import type { paths } from '../shared/schema';
import { answerOf, api } from './api';
import type { AnswerTo, Asked, reading } from './api';

type Readable = PathsWithMethod<paths, 'get'>;
/** A page of a list: some rows, and where the next page begins. */
interface Rows<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}
/** The addresses that answer with a list. */
type Listed = { [Path in Readable]: AnswerTo<Path> extends Rows<unknown> ? Path : never }[Readable];
type RowOf<Path extends Listed> = AnswerTo<Path> extends Rows<infer Row> ? Row : never;

interface ListOptions<Row> {
  /** Whether it is asked for again and again, since nobody tells of what will change in these rows. */
  readonly isMoving?: (rows: readonly Row[]) => boolean;
}
const MOVING_MS = 1_500;

/** A list, page after page: the rows that came so far, and what brings more of them; null: there are no more. */
export function useList<Path extends Listed>(
  path: Path,
  params: Parameters<typeof reading<Path>>[1],
  { isMoving = () => false }: ListOptions<RowOf<Path>> = {},
) {
  type Page = Rows<RowOf<Path>>;
  const ask = api.GET as (path: string, init: object) => Promise<Asked<Page>>; // typed above, by the document
  const { query: filter, ...places } = params as { readonly query?: object };
  const rowsOf = (pages: readonly Page[]) => pages.flatMap(({ data }) => data);
  const list = useInfiniteQuery({
    queryKey: [path, params, 'pages'] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, ...(pageParam !== null && { cursor: pageParam }) };
      return answerOf(ask(path, { params: { ...places, query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => rowsOf(pages),
    refetchInterval: ({ state }) => (isMoving(rowsOf(state.data?.pages ?? [])) ? MOVING_MS : false),
  });
  return { query: list, more: list.hasNextPage ? () => void list.fetchNextPage() : null };
}
