import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import { Answered, Section } from '../../ui/page';
import { Ago } from '../../ui/time';
import { t } from '../../words';

/** Counting further tells nobody more. */
const MOST = 100;

/** Whether anything waits for a decision: how much, and since when. */
export function ToLookAt() {
  const attention = useQuery(reading('/v1/attention', { query: { limit: MOST } }));
  return (
    <Section title={t('menu.attention')}>
      <Answered query={attention}>
        {({ data: [oldest, ...others], nextCursor }) =>
          oldest === undefined ? (
            <p>{t('today.nothing_waits')}</p>
          ) : (
            <p>
              <Link to="/attention" className="pressable primary">
                {nextCursor === null
                  ? t('today.waiting', { count: others.length + 1 })
                  : t('today.waiting_many', { count: MOST })}
              </Link>{' '}
              <span className="note">
                {t('today.oldest')} <Ago at={oldest.since} />
              </span>
            </p>
          )
        }
      </Answered>
    </Section>
  );
}
