import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useFilters } from '../../address';
import { useCommand } from '../../command';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/fields';
import { More } from '../../ui/more';
import { Answered, Empty, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import { When } from '../../ui/time';
import { Trouble } from '../../ui/trouble';
import { count, exactly, t } from '../../words';

type Endpoint = Schema<'WebhookEndpoint'>;
type Delivery = Schema<'Delivery'>;
type Attempt = Delivery['attempts'][number];
const TONES: Readonly<Record<Delivery['state'], Tone>> = { pending: 'waiting', succeeded: 'good', failed: 'bad' };
const STATES = Object.keys(TONES) as Delivery['state'][];

/** What an endpoint was told, with each try. */
export function Deliveries({ endpoint }: { readonly endpoint: Endpoint }) {
  const [{ state: asked }, filter] = useFilters();
  const state = STATES.find((one) => one === asked);
  const { query, more } = useList(
    '/v1/webhook-endpoints/{id}/deliveries',
    { path: { id: endpoint.id }, query: state === undefined ? {} : { state } },
    { isMoving: (rows) => rows.some((row) => row.state === 'pending') },
  );
  return (
    <Section title={t('deliveries.title')}>
      <div className="filters">
        <Choice
          label={t('deliveries.state')}
          options={[
            { key: 'all', text: t('inbox.all') },
            ...STATES.map((key) => ({ key, text: t(`delivery.${key}`) })),
          ]}
          value={state ?? 'all'}
          onChange={(chosen) => filter({ state: chosen === 'all' ? '' : chosen })}
        />
      </div>
      <Answered query={query}>
        {(deliveries) =>
          deliveries.length === 0 ? (
            <Empty>{t(state === undefined ? 'deliveries.empty' : 'deliveries.none_such')}</Empty>
          ) : (
            <DeliveryTable endpoint={endpoint} deliveries={deliveries} />
          )
        }
      </Answered>
      <More more={more} />
    </Section>
  );
}

interface DeliveryTableProps {
  readonly endpoint: Endpoint;
  readonly deliveries: readonly Delivery[];
}

function DeliveryTable({ endpoint, deliveries }: DeliveryTableProps) {
  const again = useCommand(
    (id: string, headers) =>
      answerOf(api.POST('/v1/webhook-deliveries/{id}/resend', { params: { path: { id } }, headers })),
    { changes: ['/v1/webhook-endpoints'], done: () => t('deliveries.on_its_way') },
  );
  return (
    <>
      <Trouble text={again.trouble} />
      <Table
        caption={t('deliveries.title')}
        rows={deliveries}
        keyOf={({ id }) => id}
        columns={[
          { key: 'when', title: t('deliveries.when'), isName: true, cell: ({ createdAt }) => <When at={createdAt} /> },
          {
            key: 'state',
            title: t('deliveries.state'),
            cell: ({ state }) => <Tag tone={TONES[state]}>{t(`delivery.${state}`)}</Tag>,
          },
          { key: 'event', title: t('deliveries.event'), cell: ({ event }) => <code>{event}</code> },
          {
            key: 'attempts',
            title: t('deliveries.attempts'),
            cell: ({ attempts }) => <Attempts attempts={attempts} />,
          },
          {
            key: 'actions',
            title: t('people.actions'),
            cell: ({ id, event }) => (
              <Button
                kind="quiet"
                onPress={() => again.run(id)}
                isDisabled={!endpoint.enabled}
                label={t('deliveries.again_of', { event })}
              >
                {t('deliveries.again')}
              </Button>
            ),
          },
        ]}
      />
    </>
  );
}

function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <>{t('deliveries.untried')}</>;
  return (
    <details className="attempts">
      <summary>{t('deliveries.tries', { count: attempts.length })}</summary>
      {attempts.map((attempt) => (
        <div key={attempt.at}>
          <p>
            {exactly(attempt.at)} · {outcomeOf(attempt)} ·{' '}
            {t('deliveries.took', { milliseconds: count(attempt.milliseconds) })}
          </p>
          {attempt.answer !== null && attempt.answer !== '' && (
            <pre>
              <code>{attempt.answer}</code>
            </pre>
          )}
        </div>
      ))}
    </details>
  );
}

function outcomeOf({ status, error }: Attempt): string {
  return status === null ? t(`attempt.${error ?? 'connection'}`) : t('deliveries.answered', { status });
}
