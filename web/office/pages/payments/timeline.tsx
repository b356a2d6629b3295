import { Copy } from 'lucide-react';
import { Button as Pressable } from 'react-aria-components';
import type { Schema } from '../../api';
import { announce } from '../../ui/announcements';
import { copyText } from '../../ui/copy';
import { Section } from '../../ui/page';
import { When } from '../../ui/time';
import { isSaid, money, t } from '../../words';

type Payment = Schema<'Payment'>;
type Fact = Payment['timeline'][number];

/** What a fact says, as a sentence. */
export function sayFact({ kind, amount, currency }: Fact, payment: Payment): string {
  const id = `payments.fact.${kind}`;
  const values = {
    sum: amount === null || currency === null ? '' : money(amount, currency),
    gateway: t(`gateway.${payment.gateway}`),
    name: payment.memberName ?? t('payments.erased'),
  };
  return t(isSaid(id) ? id : 'payments.fact.other', values);
}

/** What happened to a payment. */
export function Timeline({ payment }: { readonly payment: Payment }) {
  return <Happened facts={payment.timeline} say={(fact) => sayFact(fact, payment)} />;
}

interface HappenedProps {
  readonly facts: readonly Fact[];
  /** What a fact says, as a sentence. */
  readonly say: (fact: Fact) => string;
}

/** What happened, the oldest first, by the gateway's clock and by ours. */
export function Happened({ facts, say }: HappenedProps) {
  return (
    <Section title={t('payments.happened')}>
      {facts.length === 0 && <p className="note">{t('payments.happened_nothing')}</p>}
      <ol className="timeline">
        {facts.map((fact, place) => (
          <li key={place}>
            <p>{say(fact)}</p>
            {fact.reason !== null && fact.reason !== '' && (
              <p className="note">{t('payments.reason', { reason: fact.reason.replaceAll('_', ' ') })}</p>
            )}
            <p className="note">
              {fact.gatewayReference !== null && (
                <>
                  {t('payments.theirs')} <When at={fact.occurredAt} /> ·{' '}
                </>
              )}
              {t('payments.ours')} <When at={fact.recordedAt} />
            </p>
            {fact.gatewayReference !== null && <Reference text={fact.gatewayReference} />}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Reference({ text }: { readonly text: string }) {
  const copy = () => copyText(text, () => announce(t('shell.copied'), 'good'));
  return (
    <p className="reference">
      <code>{text}</code>
      <Pressable
        className="pressable quiet"
        aria-label={t('payments.copy_reference', { reference: text })}
        onPress={copy}
      >
        <Copy size={14} aria-hidden />
      </Pressable>
    </p>
  );
}
