import { TextBox } from '../../ui/fields';
import { useTyping } from '../../ui/paused';

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** A text that is looked for once its writer pauses. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const { typed, type } = useTyping(value, onChange);
  return <TextBox label={label} type="search" value={typed} onChange={type} />;
}
