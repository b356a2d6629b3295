import { useEffect, useRef, useState } from 'react';

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

interface Typing {
  readonly typed: string;
  readonly type: (text: string) => void;
  /** Tells at once what is typed. */
  readonly send: (text: string) => void;
  /** Grows when the value was changed elsewhere, for a field that keeps its own text and is to begin anew. */
  readonly round: number;
}

/**
 * What is typed into a field whose value lives elsewhere: it is told in the pauses of typing, without the space that more may follow, and
 * gives way to what is set there.
 */
export function useTyping(value: string, tell: (text: string) => void): Typing {
  const [typed, type] = useState(value);
  const [told, setTold] = useState(value);
  const [seen, see] = useState(value);
  const [round, setRound] = useState(0);
  if (value !== seen) {
    see(value);
    // What was told from here arrives a moment later, and is no news.
    if (value !== told) {
      setTold(value);
      type(value);
      setRound(round + 1);
    }
  }
  const send = (text: string) => {
    setTold(text.trim());
    tell(text.trim());
  };
  const later = useRef(send);
  useEffect(() => {
    later.current = send;
  });
  useEffect(() => {
    if (typed.trim() === told) return;
    const timer = setTimeout(() => later.current(typed), QUIET_MS);
    return () => clearTimeout(timer);
  }, [typed, told]);
  return { typed, type, send, round };
}
