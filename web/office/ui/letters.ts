import { useEffect, useRef, useSyncExternalStore } from 'react';

/** Kept in this browser: whether single letters do nothing. */
const OFF = 'quittance_letters_off';
const listeners = new Set<() => void>();

/** Whether single letters act; and what switches it, for who speaks to their machine and would press them without knowing. */
export function useLettersSwitch(): readonly [boolean, (on: boolean) => void] {
  const isOn = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => localStorage.getItem(OFF) === null,
  );
  const turn = (on: boolean) => {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, '1');
    for (const listener of listeners) listener();
  };
  return [isOn, turn];
}

const isWrittenIn = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input, textarea, select, [role=listbox] *, [role=menu] *'));

/** What a single letter does on this page, while nobody writes and no dialog is open. */
export function useLetters(letters: Readonly<Record<string, () => void>>): void {
  const [isOn] = useLettersSwitch();
  const current = useRef(letters);
  useEffect(() => {
    current.current = letters;
  });
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent) => {
      const act = Object.hasOwn(current.current, event.key) ? current.current[event.key] : undefined;
      const isMeant = !event.ctrlKey && !event.metaKey && !event.altKey && !isWrittenIn(event.target);
      if (act === undefined || !isMeant || document.querySelector('[role=dialog]') !== null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [isOn]);
}
