import { ago, exactly, moment } from '../words';

/** A moment by the merchant's clock; the exact one is beside it, for who points at it. */
export function When({ at }: { readonly at: string | null }) {
  if (at === null) return <>–</>;
  return (
    <time dateTime={at} title={exactly(at)}>
      {moment(at)}
    </time>
  );
}

/** How long ago, under a day. */
export function Ago({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at)}
    </time>
  );
}
