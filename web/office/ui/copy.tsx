import { useState } from 'react';
import { t } from '../words';
import { announce } from './announcements';
import { Button } from './button';

interface CopyProps {
  readonly text: string;
  /** What is copied, for who hears the button and does not see what stands beside it. */
  readonly label: string;
  readonly kind?: 'plain' | 'quiet';
}

/** Takes a text to the clipboard; where the browser does not let us, that is said. */
export function copyText(text: string, then: () => void): void {
  void navigator.clipboard.writeText(text).then(then, () => announce(t('shell.not_copied'), 'bad'));
}

/** Takes a text to the clipboard, and says so on the button. */
export function Copy({ text, label, kind = 'plain' }: CopyProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => copyText(text, () => setCopied(true));
  const word = t(isCopied ? 'shell.copied' : 'shell.copy');
  return (
    <Button kind={kind} onPress={copy} label={`${word}: ${label}`}>
      {word}
    </Button>
  );
}

interface CopyableProps extends Pick<CopyProps, 'text' | 'label'> {
  /** How it is written for who types it; by default as it is copied. */
  readonly shown?: string;
}

/** Something to be pasted elsewhere: it is shown whole, and copied by one press. */
export function Copyable({ text, label, shown = text }: CopyableProps) {
  return (
    <span className="copyable">
      <code>{shown}</code>
      <Copy kind="quiet" text={text} label={label} />
    </span>
  );
}
