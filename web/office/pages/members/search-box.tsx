import { useEffect, useRef, useState } from 'react';
import { TextBox } from '../../ui/fields';

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** A pause in typing after which it is asked. */
const PAUSE_MS = 250;

/** A text that is looked for once its writer pauses. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    // It was changed elsewhere: by a link, or by what clears the filters.
    setKnown(value);
    setTyped(value);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const take = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setKnown(text.trim());
      onChange(text.trim());
    }, PAUSE_MS);
  };
  return <TextBox label={label} type="search" value={typed} onChange={take} />;
}
