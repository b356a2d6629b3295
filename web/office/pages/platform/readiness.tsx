import { useQuery } from '@tanstack/react-query';
import { Refusal, Unreachable } from '../../../shared/client';
import { Answered, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { isSaid, t } from '../../words';

interface Health {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly parts: Readonly<Record<string, boolean>>;
}

/** It is asked for anew so often: nobody tells when a part goes away. */
const ASKING_MS = 15_000;

/** Asks the platform how it is; it says so also where it is not well. */
async function askHealth(signal: AbortSignal): Promise<Health> {
  const answer = await fetch('/readyz', { cache: 'no-store', signal }).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  if (answer.status !== 200 && answer.status !== 503) throw new Refusal(answer.status, {}, 0);
  return (await answer.json()) as Health;
}

/** Whether the platform's parts work, and what it means where one does not. */
export function Readiness() {
  const query = useQuery({
    queryKey: ['/readyz'],
    queryFn: ({ signal }) => askHealth(signal),
    refetchInterval: ASKING_MS,
  });
  return (
    <Section title={t('platform.health')}>
      <Answered query={query}>
        {({ status, parts }) => (
          <>
            <p>{t(`health.${status}`)}</p>
            <dl>
              {Object.entries(parts).map(([part, works]) => (
                <div key={part}>
                  <dt>{isSaid(`part.${part}`) ? t(`part.${part}`) : part}</dt>
                  <dd>
                    <Tag tone={works ? 'good' : 'bad'}>{t(works ? 'platform.works' : 'platform.away')}</Tag>{' '}
                    {!works && isSaid(`part_away.${part}`) && <span>{t(`part_away.${part}`)}</span>}
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </Answered>
    </Section>
  );
}
