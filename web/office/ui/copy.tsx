import { useState } from 'react';
import { t } from '../words';
import { Button } from './button';

interface CopyProps {
  readonly text: string;
  /** What is copied, for who hears the button and does not see what stands beside it. */
  readonly label: string;
}

/** Takes a text to the clipboard, and says so on the button. */
export function Copy({ text, label }: CopyProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <Button onPress={copy} label={isCopied ? t('shell.copied') : `${t('shell.copy')}: ${label}`}>
      {t(isCopied ? 'shell.copied' : 'shell.copy')}
    </Button>
  );
}
