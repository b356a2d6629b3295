import { useEffect } from 'react';

/** Names the page for the browser's tab and for who reads by ear: what it is about, and whose it is. */
export function useTitle(about: string, whose: string): void {
  useEffect(() => {
    document.title = `${about} · ${whose}`;
  }, [about, whose]);
}
