import { useState } from 'react';
import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Section } from '../../ui/page';
import { Secret } from '../../ui/secret';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';

/** The association beside this one in which everything can be tried out, and the way between the two. */
export function TestTwin() {
  const { session, merchant } = useStanding();
  const [made, setMade] = useState<{ readonly id: string; readonly secretKey: string } | null>(null);
  const move = useCommand(
    (id: string, headers) => answerOf(api.PUT('/v1/session/merchant', { body: { merchant: id }, headers })),
    { changes: [], then: () => location.assign('/office') }, // all that is known is the other's
  );
  const make = useCommand(
    (_input: null, headers) => answerOf(api.POST('/v1/merchant/test-twin', { body: {}, headers })),
    {
      changes: ['/v1/session'],
      then: (twin) => ('secretKey' in twin ? setMade({ id: twin.id, secretKey: twin.secretKey }) : move.run(twin.id)),
    },
  );
  const real = session.merchants.find(({ id }) => id === merchant.testOf);
  return (
    <Section title={t('twin.title')}>
      <p>{t(merchant.testOf === null ? 'twin.text' : 'twin.here')}</p>
      {made === null && <Trouble text={make.trouble ?? move.trouble} />}
      {merchant.testOf === null && (
        <Button onPress={() => make.run(null)} isRunning={make.isRunning || move.isRunning}>
          {t('twin.open')}
        </Button>
      )}
      {real !== undefined && (
        <Button onPress={() => move.run(real.id)} isRunning={move.isRunning}>
          {t('twin.back', { name: real.name })}
        </Button>
      )}
      {made !== null && (
        <Dialog title={t('twin.made')} onClose={() => move.run(made.id)} mustAnswer>
          <Trouble text={move.trouble} />
          <Secret secret={made.secretKey} warning={t('twin.key')} onDone={() => move.run(made.id)} />
        </Dialog>
      )}
    </Section>
  );
}
