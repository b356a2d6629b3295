import type { Schema } from '../../api';
import { TextBox } from '../../ui/fields';
import { errorOf } from '../../ui/form';
import type { WrongField } from '../../ui/form';
import { t } from '../../words';
import { EventChoice } from './event-choice';

/** An endpoint while it is filled in. */
export interface EndpointDraft {
  readonly url: string;
  readonly description: string;
  readonly types: readonly Schema<'EventType'>[];
}

interface EndpointFieldsProps {
  readonly draft: EndpointDraft;
  readonly onChange: (draft: EndpointDraft) => void;
  readonly wrong: readonly WrongField[];
}

/** Those that say themselves what is wrong with them. */
export const FIELDS_OF_ENDPOINT = ['url', 'description', 'types'];

/** Where it is, what it is for, and what it is told of. */
export function EndpointFields({ draft, onChange, wrong }: EndpointFieldsProps) {
  return (
    <>
      <TextBox
        label={t('webhooks.url')}
        description={t('webhooks.url_for')}
        type="url"
        value={draft.url}
        onChange={(url) => onChange({ ...draft, url })}
        error={errorOf(wrong, 'url')}
        autoFocus
      />
      <TextBox
        label={t('webhooks.description')}
        value={draft.description}
        onChange={(description) => onChange({ ...draft, description })}
        error={errorOf(wrong, 'description')}
      />
      <EventChoice
        value={draft.types}
        onChange={(types) => onChange({ ...draft, types })}
        error={errorOf(wrong, 'types')}
      />
    </>
  );
}
