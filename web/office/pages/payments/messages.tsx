import { useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Answered, Section } from '../../ui/page';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { When } from '../../ui/time';
import { count, t } from '../../words';
import { Lanes } from './lanes';

type Message = Schema<'Notification'>;

const COLUMNS = (): readonly Column<Message>[] => [
  {
    key: 'channel',
    title: t('payments.message.channel'),
    isName: true,
    cell: ({ channel }) => t(`payments.channel.${channel}`),
  },
  { key: 'state', title: t('payments.column.status'), cell: ({ state }) => t(`payments.message.${state}`) },
  { key: 'tries', title: t('payments.message.tries'), isFigure: true, cell: ({ attempts }) => count(attempts) },
  { key: 'when', title: t('payments.column.when'), cell: ({ receivedAt }) => <When at={receivedAt} /> },
];

/** What the gateway sent about it: who told it first, how often it was told, and that it counted once. */
export function Messages({ payment }: { readonly payment: Schema<'Payment'> }) {
  const query = { payment: payment.id, limit: 100 };
  const messages = useQuery(reading('/v1/notifications', { query }));
  return (
    <Section title={t('payments.messages')}>
      <Answered query={messages}>
        {({ data }) => (
          <>
            <p>{sayFirst(data, payment)}</p>
            {data.length > 0 && (
              <>
                <Lanes messages={data} />
                <Table
                  caption={t('payments.messages')}
                  columns={COLUMNS()}
                  rows={data.toReversed()}
                  keyOf={({ id }) => id}
                />
              </>
            )}
          </>
        )}
      </Answered>
    </Section>
  );
}

/** Messages are hints, listed newest first; what they told is a fact, and stands once however often it was told. */
function sayFirst(messages: readonly Message[], payment: Schema<'Payment'>): string {
  const captures = payment.timeline.filter(({ kind }) => kind === 'payment_captured');
  const told = messages.filter(({ kind, state }) => kind === 'payment_captured' && state !== 'invalid');
  const first = told.findLast(({ state }) => state === 'applied') ?? told.at(-1);
  if (captures.length === 0) return t('payments.messages.no_money');
  if (first === undefined) return t('payments.messages.asked');
  return t('payments.messages.first', {
    channel: t(`payments.channel.${first.channel}`),
    count: told.length,
    times: captures.length,
  });
}
