import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { Tick } from '../../ui/fields';
import { t } from '../../words';
import { EVENTS, eventWord } from './event-types';

type EventType = Schema<'EventType'>;

interface EventChoiceProps {
  readonly value: readonly EventType[];
  readonly onChange: (types: EventType[]) => void;
  readonly error: string | null;
}

/** What an endpoint is told of. */
export function EventChoice({ value, onChange, error }: EventChoiceProps) {
  const isAll = value.length === EVENTS.length;
  return (
    <fieldset className="explained">
      <legend className="label">{t('webhooks.types')}</legend>
      <p className="actions">
        <Button kind="quiet" onPress={() => onChange(isAll ? [] : [...EVENTS])}>
          {t(isAll ? 'webhooks.choose_none' : 'webhooks.choose_all')}
        </Button>
      </p>
      <div className="many">
        {EVENTS.map((type) => (
          <Tick
            key={type}
            isSelected={value.includes(type)}
            onChange={(isChosen) => onChange(isChosen ? [...value, type] : value.filter((other) => other !== type))}
          >
            {eventWord(type)}
          </Tick>
        ))}
      </div>
      {error !== null && <p className="error">{error}</p>}
    </fieldset>
  );
}
