import type { SyntheticEvent, ReactNode } from 'react';
import { t, language } from '../words';
import { Button } from './button';

/** A field that the API would not take. */
export interface WrongField {
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a field, beside it. The API says it in English. */
export function errorOf(wrong: readonly WrongField[], field: string): string | null {
  const found = wrong.find(({ path }) => path === field || path.startsWith(`${field}.`));
  if (found === undefined) return null;
  return language() === 'en' ? `${t('form.wrong')} (${found.message})` : t('form.wrong');
}

interface FormProps {
  readonly children: ReactNode;
  /** What happens, on the button. */
  readonly action: string;
  readonly onSend: () => void;
  /** Closes what the form stands in. */
  readonly onCancel?: () => void;
  readonly isRunning: boolean;
  readonly isDisabled?: boolean;
  /** Why it was not done; null: it was, or was not tried. */
  readonly trouble: string | null;
  /** The fields that show themselves what is wrong with them. */
  readonly wrong?: readonly WrongField[];
}

/** Something to fill in, and what is done with it. */
export function Form(props: FormProps) {
  const { children, action, onSend, onCancel, isRunning, isDisabled = false, trouble, wrong = [] } = props;
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <form className="form" onSubmit={send} noValidate>
      {children}
      {trouble !== null && wrong.length === 0 && (
        <p className="error" role="alert">
          {trouble}
        </p>
      )}
      <div className="actions">
        <Button type="submit" kind="primary" isRunning={isRunning} isDisabled={isDisabled}>
          {action}
        </Button>
        {onCancel !== undefined && (
          <Button kind="quiet" onPress={onCancel}>
            {t('shell.cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}
