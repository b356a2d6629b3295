import { useState } from 'react';
import { t } from '../words';
import { Button } from './button';

/** Something to be pasted elsewhere: it is shown whole, and copied by one press. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  const word = t(isCopied ? 'shell.copied' : 'shell.copy');
  return (
    <span className="copyable">
      <code>{text}</code>
      <Button kind="quiet" onPress={copy} label={`${word}: ${label}`}>
        {word}
      </Button>
    </span>
  );
}
