import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schema } from '../../api';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { More } from '../../ui/more';
import { Answered, Empty, Section } from '../../ui/page';
import { Table } from '../../ui/table';
import { day, t } from '../../words';
import { EndpointTag } from './endpoint-tag';
import { Inbox } from './inbox';
import { NewEndpointDialog } from './new-endpoint-dialog';
import { SettingsPage } from './settings-page';

/** Which programs of the association hear of what happens, and what gateways told us. */
export function WebhooksPage() {
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button kind="primary" onPress={() => setAdding(true)}>
      {t('webhooks.add')}
    </Button>
  );
  return (
    <SettingsPage place="webhooks" actions={add}>
      <Endpoints />
      <Inbox />
      {isAdding && <NewEndpointDialog onClose={() => setAdding(false)} />}
    </SettingsPage>
  );
}

function Endpoints() {
  const { query, more } = useList('/v1/webhook-endpoints', {});
  return (
    <Section title={t('webhooks.title')}>
      <Answered query={query}>
        {(rows) => (rows.length === 0 ? <Empty>{t('webhooks.empty')}</Empty> : <EndpointTable endpoints={rows} />)}
      </Answered>
      <More more={more} />
    </Section>
  );
}

function EndpointTable({ endpoints }: { readonly endpoints: readonly Schema<'WebhookEndpoint'>[] }) {
  return (
    <Table
      caption={t('webhooks.title')}
      rows={endpoints}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'url',
          title: t('webhooks.url'),
          isName: true,
          cell: ({ id, url }) => (
            <Link to="/settings/webhooks/$id" params={{ id }}>
              {url}
            </Link>
          ),
        },
        { key: 'for', title: t('webhooks.description'), cell: ({ description }) => description ?? '–' },
        { key: 'types', title: t('webhooks.types'), cell: ({ types }) => t('webhooks.count', { count: types.length }) },
        { key: 'state', title: t('webhooks.state'), cell: (endpoint) => <EndpointTag endpoint={endpoint} /> },
        { key: 'since', title: t('webhooks.since'), cell: ({ createdAt }) => day(createdAt) },
      ]}
    />
  );
}
