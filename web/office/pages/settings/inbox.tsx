import { Link } from '@tanstack/react-router';
import type { AnswerTo } from '../../api';
import { useFilters } from '../../address';
import { useList } from '../../listing';
import { Choice } from '../../ui/fields';
import { Money } from '../../ui/money';
import { More } from '../../ui/more';
import { Answered, Empty, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import { When } from '../../ui/time';
import { t } from '../../words';

type Notification = AnswerTo<'/v1/notifications'>['data'][number];
type State = Notification['state'];
const TONES: Readonly<Record<State, Tone>> = {
  received: 'waiting',
  applied: 'good',
  duplicate: 'plain',
  invalid: 'bad',
  unmatched: 'person',
  attention: 'person',
};
const STATES = Object.keys(TONES) as State[];

/** What gateways told us, and what became of it. */
export function Inbox() {
  const [{ told = '' }, filter] = useFilters();
  const { query, more } = useList('/v1/notifications', { query: told === '' ? {} : { state: told } });
  return (
    <Section title={t('inbox.title')}>
      <p className="note">{t('inbox.text')}</p>
      <div className="filters">
        <Choice
          label={t('inbox.state')}
          options={[{ key: 'all', text: t('inbox.all') }, ...STATES.map((key) => ({ key, text: t(`message.${key}`) }))]}
          value={STATES.find((state) => state === told) ?? 'all'}
          onChange={(state) => filter({ told: state === 'all' ? '' : state })}
        />
      </div>
      <Answered query={query}>
        {(messages) =>
          messages.length === 0 ? (
            <Empty>{t(told === '' ? 'inbox.empty' : 'inbox.none_such')}</Empty>
          ) : (
            <Messages messages={messages} />
          )
        }
      </Answered>
      <More more={more} />
    </Section>
  );
}

function Messages({ messages }: { readonly messages: readonly Notification[] }) {
  return (
    <Table
      caption={t('inbox.title')}
      rows={messages}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'gateway',
          title: t('inbox.from'),
          isName: true,
          cell: ({ gateway, channel }) => `${t(`gateway.${gateway}`)} · ${t(`channel.${channel}`)}`,
        },
        {
          key: 'state',
          title: t('inbox.state'),
          cell: ({ state }) => <Tag tone={TONES[state]}>{t(`message.${state}`)}</Tag>,
        },
        {
          key: 'amount',
          title: t('inbox.amount'),
          isFigure: true,
          cell: ({ amount, currency }) =>
            amount === null || currency === null ? '–' : <Money amount={amount} currency={currency} />,
        },
        {
          key: 'payment',
          title: t('inbox.payment'),
          cell: ({ payment }) =>
            payment === null ? (
              '–'
            ) : (
              <Link to="/payments/$id" params={{ id: payment }}>
                {t('inbox.see')}
              </Link>
            ),
        },
        { key: 'when', title: t('inbox.when'), cell: ({ receivedAt }) => <When at={receivedAt} /> },
      ]}
    />
  );
}
