import type { Schema } from '../../api';
import { Tag } from '../../ui/status';
import { t } from '../../words';

/** Whether an endpoint is told of anything, and if not, why. */
export function EndpointTag({
  endpoint: { enabled, disabledReason },
}: {
  readonly endpoint: Schema<'WebhookEndpoint'>;
}) {
  if (enabled) return <Tag tone="good">{t('endpoint.on')}</Tag>;
  return <Tag tone={disabledReason === null ? 'plain' : 'bad'}>{t(`endpoint.${disabledReason ?? 'off'}`)}</Tag>;
}
