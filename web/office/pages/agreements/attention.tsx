import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Trouble } from '../../ui/trouble';
import { language, t } from '../../words';
import { whoOf } from './sayings';

/** Why it asks for a person, until one has read it. */
export function Attention({ agreement }: { readonly agreement: Schema<'Agreement'> }) {
  const { id, attention, actions } = agreement;
  const reading = useCommand(
    (_: null, headers) =>
      answerOf(
        api.POST('/v1/agreements/{id}/resolution', { params: { path: { id } }, body: { action: 'accept' }, headers }),
      ),
    { changes: ['/v1/agreements', '/v1/attention'], done: () => t('agreements.read') },
  );
  if (attention === null) return null;
  const mayRead = actions.some(({ kind, allowed }) => kind === 'resolution' && allowed);
  return (
    <div className="card standing" data-tone="person" role="alert">
      <p>
        <strong>{t(`agreements.attention.${attention.code}`, { name: whoOf(agreement) })}</strong>{' '}
        {language() === 'en' ? attention.detail : ''}
      </p>
      <Trouble text={reading.trouble} />
      {mayRead && (
        <Button onPress={() => reading.run(null)} isRunning={reading.isRunning}>
          {t('agreements.read_it')}
        </Button>
      )}
    </div>
  );
}
