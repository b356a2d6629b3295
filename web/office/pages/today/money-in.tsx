import { useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import type { AnswerTo } from '../../api';
import { Money } from '../../ui/money';
import { Answered, Section } from '../../ui/page';
import { count, day, money, shortDay, t } from '../../words';
import { daysFrom, noonOf } from '../../../shared/days';
import { DAYS_OF_CHART } from '../../../shared/today';
import { dayOf, mondayOf } from '../../days';

/** What came in, this week against the last, and on each of the last days. */
export function MoneyIn() {
  const today = dayOf(new Date());
  const days = Array.from({ length: DAYS_OF_CHART }, (_, index) => daysFrom(today, index - DAYS_OF_CHART + 1));
  const statistics = useQuery(
    reading('/v1/statistics', { query: { from: daysFrom(today, 1 - DAYS_OF_CHART), by: 'day' } }),
  );
  return (
    <Section title={t('today.money_in')}>
      <Answered query={statistics}>{(answer) => <Drawn answer={answer} days={days} today={today} />}</Answered>
    </Section>
  );
}

interface DrawnProps {
  readonly answer: AnswerTo<'/v1/statistics'>;
  readonly days: readonly string[];
  readonly today: string;
}

function Drawn({ answer: { currency, data }, days, today }: DrawnProps) {
  const byDay = new Map(data.map((row) => [row.key, row]));
  const collected = (day: string) => byDay.get(day)?.collected ?? 0;
  const sumOf = (some: readonly string[]) => some.reduce((sum, day) => sum + collected(day), 0);
  const monday = mondayOf(today);
  const before = daysFrom(monday, -7);
  const thisWeek = sumOf(days.filter((day) => day >= monday));
  const lastWeek = sumOf(days.filter((day) => day >= before && day < monday));
  return (
    <>
      <p>
        <span className="big">
          <Money amount={thisWeek} currency={currency} />
        </span>{' '}
        {t('today.this_week')}
        <span className="note"> · {t('today.last_week', { sum: money(lastWeek, currency) })}</span>
      </p>
      <Bars days={days} collected={collected} currency={currency} />
      <details>
        <summary>{t('today.as_table')}</summary>
        <table>
          <caption className="hidden">{t('today.money_in')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('today.day')}</th>
              <th scope="col" className="figure">
                {t('today.collected')}
              </th>
              <th scope="col" className="figure">
                {t('today.fees')}
              </th>
              <th scope="col" className="figure">
                {t('today.given_back')}
              </th>
              <th scope="col" className="figure">
                {t('today.payments')}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.toReversed().map((row) => (
              <tr key={row.key}>
                <th scope="row">{day(noonOf(row.key ?? ''))}</th>
                <td className="figure">{money(row.collected, currency)}</td>
                <td className="figure">{money(row.fees, currency)}</td>
                <td className="figure">{money(row.refunded + row.chargedBack, currency)}</td>
                <td className="figure">{count(row.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

interface BarsProps {
  readonly days: readonly string[];
  readonly collected: (day: string) => number;
  readonly currency: string;
}

const [WIDTH, HEIGHT, GAP] = [600, 120, 4];

/** One bar for each day; the axis begins at nothing. */
function Bars({ days, collected, currency }: BarsProps) {
  const most = Math.max(1, ...days.map(collected));
  const step = WIDTH / days.length;
  const best = days.reduce((found, date) => (collected(date) > collected(found) ? date : found), days[0] ?? '');
  const sentence =
    collected(best) === 0
      ? t('today.nothing_in')
      : t('today.best_day', { day: day(noonOf(best)), sum: money(collected(best), currency) });
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`} preserveAspectRatio="none" role="img" aria-label={sentence}>
        {days.map((date, index) => {
          const height = (collected(date) / most) * HEIGHT;
          return (
            <rect key={date} x={index * step + GAP / 2} y={HEIGHT - height} width={step - GAP} height={height} rx={2}>
              <title>{`${day(noonOf(date))}: ${money(collected(date), currency)}`}</title>
            </rect>
          );
        })}
        <line x1={0} x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
      </svg>
      <figcaption className="note">
        <span>{shortDay(noonOf(days[0] ?? ''))}</span>
        <span>{sentence}</span>
        <span>{shortDay(noonOf(days.at(-1) ?? ''))}</span>
      </figcaption>
    </figure>
  );
}
