import type { SyntheticEvent, ReactNode } from 'react';
import { t, language } from '../words';
import { Button } from './button';
import { Trouble } from './trouble';

/** A field that the API would not take. */
export interface WrongField {
  readonly path: string;
  readonly message: string;
}

const isAbout = ({ path }: WrongField, field: string): boolean => path === field || path.startsWith(`${field}.`);

/** What is wrong with a field, beside it. The API says it in English. */
export function errorOf(wrong: readonly WrongField[], field: string): string | null {
  const found = wrong.find((one) => isAbout(one, field));
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
  /** What closing is called, where “Cancel” could mean something else. */
  readonly cancel?: string;
  readonly isRunning: boolean;
  readonly isDisabled?: boolean;
  /** Why it cannot be sent now. */
  readonly reason?: string | null;
  /** It takes away what is not easily given again. */
  readonly isGrave?: boolean;
  /** Why it was not done; null: it was, or was not tried. */
  readonly trouble: string | null;
  /** The fields that the API would not take. */
  readonly wrong?: readonly WrongField[];
  /** The fields that say themselves what is wrong with them. */
  readonly fields?: readonly string[];
}

/** Something to fill in, and what is done with it. */
export function Form({
  children,
  action,
  onSend,
  onCancel,
  cancel = t('shell.cancel'),
  isRunning,
  isDisabled = false,
  reason = null,
  isGrave = false,
  trouble,
  wrong = [],
  fields = [],
}: FormProps) {
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    onSend();
  };
  const isSaidByFields = wrong.length > 0 && wrong.every((one) => fields.some((field) => isAbout(one, field)));
  return (
    <form className="form" onSubmit={send} noValidate>
      {children}
      <Trouble text={isSaidByFields ? null : trouble} />
      <div className="actions">
        <Button
          type="submit"
          kind={isGrave ? 'danger' : 'primary'}
          isRunning={isRunning}
          isDisabled={isDisabled}
          reason={reason}
        >
          {action}
        </Button>
        {onCancel !== undefined && (
          <Button kind="quiet" onPress={onCancel}>
            {cancel}
          </Button>
        )}
      </div>
    </form>
  );
}
