import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useObjectId } from '../../address';
import { Answered, Section } from '../../ui/page';
import { moment, t } from '../../words';
import { Deliveries } from './deliveries';
import { EndpointActions } from './endpoint-actions';
import { EndpointTag } from './endpoint-tag';
import { eventWord } from './event-types';
import { SettingsPage } from './settings-page';

/** One address that is told of what happens: what it is told of, and what it was told. */
export function WebhookPage() {
  return (
    <SettingsPage place="webhooks" title={t('settings.webhook')}>
      <Endpoint id={useObjectId()} />
    </SettingsPage>
  );
}

function Endpoint({ id }: { readonly id: string }) {
  const query = useQuery(reading('/v1/webhook-endpoints/{id}', { path: { id } }));
  return (
    <>
      <p>
        <Link to="/settings/webhooks">{t('webhooks.back')}</Link>
      </p>
      <Answered query={query}>
        {(endpoint) => (
          <>
            <Section title={endpoint.url}>
              <Facts endpoint={endpoint} />
              <EndpointActions endpoint={endpoint} />
            </Section>
            <Deliveries endpoint={endpoint} />
          </>
        )}
      </Answered>
    </>
  );
}

function Facts({ endpoint }: { readonly endpoint: Schema<'WebhookEndpoint'> }) {
  return (
    <dl>
      <div>
        <dt>{t('webhooks.state')}</dt>
        <dd>
          <EndpointTag endpoint={endpoint} />
        </dd>
      </div>
      <div>
        <dt>{t('webhooks.description')}</dt>
        <dd>{endpoint.description ?? t('shell.none')}</dd>
      </div>
      <div>
        <dt>{t('webhooks.types')}</dt>
        <dd>{endpoint.types.map(eventWord).join(' · ')}</dd>
      </div>
      <div>
        <dt>{t('webhooks.since')}</dt>
        <dd>{moment(endpoint.createdAt)}</dd>
      </div>
    </dl>
  );
}
