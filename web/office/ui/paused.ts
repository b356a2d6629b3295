import { useEffect, useState } from 'react';

/** A value that did not change for so long is settled. */
const QUIET_MS = 300;

/** Follows a value once it settles, so that what is being typed is asked about in its pauses. It is compared by identity. */
export function usePaused<Value>(value: Value): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(() => value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
