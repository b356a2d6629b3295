import { useRef } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import { GATEWAY_NAMES } from '../../../../workflows/domain/gateway';
import { useFilters } from '../../address';
import { daysFrom } from '../../../shared/days';
import { useLetters } from '../../ui/letters';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Choice, MoneyBox, TextBox, Tick } from '../../ui/fields';
import { useTyping } from '../../ui/paused';
import { t } from '../../words';
import { filterOf, namesOf, STATUS_CHOICES } from './filter';

const ALL = 'all';

/** What is looked for; it stands in the address. */
export function PaymentFilters() {
  const [filters, change] = useFilters();
  const hasMore = ['minAmount', 'maxAmount', 'from', 'to'].some((name) => filters[name] !== undefined);
  return (
    <div role="search" aria-label={t('payments.filters')}>
      <div className="filters">
        <Sought />
        <Choice
          label={t('payments.filter.status')}
          options={[
            { key: ALL, text: t('payments.filter.all') },
            ...withChosen(STATUS_CHOICES, filters['status']).map((key) => ({ key, text: namesOf('status', key) })),
          ]}
          value={filters['status'] ?? ALL}
          onChange={(status) => change({ status: status === ALL ? '' : status })}
        />
        <Choice
          label={t('payments.filter.gateway')}
          options={[
            { key: ALL, text: t('payments.filter.all') },
            ...withChosen(GATEWAY_NAMES, filters['gateway']).map((key) => ({ key, text: namesOf('gateway', key) })),
          ]}
          value={filters['gateway'] ?? ALL}
          onChange={(gateway) => change({ gateway: gateway === ALL ? '' : gateway })}
        />
        <Tick
          isSelected={filters['attention'] !== undefined}
          onChange={(isSelected) => change({ attention: isSelected ? 'any' : '' })}
        >
          {t('payments.filter.attention')}
        </Tick>
        {filters['member'] !== undefined && (
          <Button onPress={() => change({ member: '' })}>
            {t('payments.clear', { text: t('payments.filtered.member') })}
          </Button>
        )}
      </div>
      <details open={hasMore} className="more">
        <summary>{t('payments.filter.more')}</summary>
        <SumAndTime />
      </details>
    </div>
  );
}

/** An address may hold several of them, as no choice here does. */
const withChosen = (choices: readonly string[], chosen: string | undefined): readonly string[] =>
  chosen === undefined || choices.includes(chosen) ? choices : [...choices, chosen];

/** A name, a sum, or a reference. What is typed is sought after a pause; `/` leads here. */
function Sought() {
  const [{ q = '' }, change] = useFilters();
  const { typed, type, send } = useTyping(q, (text) => change({ q: text }));
  const field = useRef<HTMLInputElement>(null);
  useLetters({ '/': () => field.current?.focus() });
  return (
    <SearchField className="field sought-payment" value={typed} onChange={type} onSubmit={send}>
      <Label className="label">{t('payments.filter.q')}</Label>
      <Input ref={field} />
    </SearchField>
  );
}

function SumAndTime() {
  const [filters, change] = useFilters();
  const { from = '', to } = filterOf(filters);
  return (
    <div className="filters">
      <AmountFilter name="minAmount" />
      <AmountFilter name="maxAmount" />
      <TextBox type="date" label={t('payments.filter.from')} value={from} onChange={(date) => change({ from: date })} />
      <TextBox
        type="date"
        label={t('payments.filter.to')}
        value={to === undefined ? '' : daysFrom(to, -1)}
        onChange={(date) => change({ to: date === '' ? '' : daysFrom(date, 1) })}
      />
    </div>
  );
}

function AmountFilter({ name }: { readonly name: 'minAmount' | 'maxAmount' }) {
  const { currency } = useStanding().merchant;
  const [{ [name]: value = '' }, change] = useFilters();
  const { typed, type, round } = useTyping(value, (amount) => change({ [name]: amount }));
  return (
    <MoneyBox
      key={round}
      label={t(`payments.filter.${name}`)}
      currency={currency}
      value={typed === '' ? null : Number(typed)}
      onChange={(amount) => type(amount === null ? '' : String(amount))}
    />
  );
}
