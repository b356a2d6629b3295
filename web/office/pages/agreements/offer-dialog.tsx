import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Dialog } from '../../ui/dialog';
import { MoneyBox, Radios } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { t } from '../../words';
import { AmountField, FIELDS_OF_TERMS, NO_TERMS, readTerms, TermsFields } from './terms-fields';
import type { Terms } from './terms-fields';

type Offer = Schema<'Offer'>;
type Range = Exclude<Offer['amount'], number>;

interface OfferDialogProps {
  /** What is changed; without: a new one. */
  readonly offer?: Offer;
  readonly onClose: () => void;
}

/** What members can begin by themselves: a new one, or how one goes on. */
export function OfferDialog({ offer, onClose }: OfferDialogProps) {
  const { currency } = useStanding().merchant;
  const known = typeof offer?.amount === 'object' ? offer.amount : null;
  const [terms, setTerms] = useState(offer === undefined ? NO_TERMS : termsOfOffer(offer));
  const [kind, setKind] = useState<'one' | 'between'>(known === null ? 'one' : 'between');
  const [min, setMin] = useState(known?.min ?? null);
  const [max, setMax] = useState(known?.max ?? null);
  const saving = useCommand(
    (body: Schema<'NewOffer'>, headers) => (offer === undefined ? add(body, headers) : change(offer, body)),
    { changes: ['/v1/offers'], done: ({ label }) => t('offers.saved', { label }), then: onClose },
  );
  const { wrong } = saving;
  const read = readTerms(terms);
  const amount = kind === 'one' ? terms.amount : rangeOf(min, max);
  const send = () => {
    if (read === null || amount === null) return;
    const { instalments, ...rest } = read;
    saving.run({ ...rest, amount, ...(instalments !== null && { instalments }) });
  };
  return (
    <Dialog
      title={offer === undefined ? t('offers.add') : t('offers.change_of', { label: offer.label })}
      onClose={onClose}
    >
      <Form
        action={offer === undefined ? t('offers.add') : t('shell.save')}
        onSend={send}
        onCancel={onClose}
        isRunning={saving.isRunning}
        isDisabled={read === null || amount === null}
        trouble={saving.trouble}
        wrong={wrong}
        fields={FIELDS_OF_TERMS}
      >
        {offer !== undefined && <p>{t('offers.change_text')}</p>}
        <TermsFields terms={terms} onChange={setTerms} wrong={wrong} isRhythmKept={offer !== undefined}>
          <Radios
            label={t('offers.whose_amount')}
            value={kind}
            onChange={setKind}
            options={(['one', 'between'] as const).map((key) => ({ key, text: t(`offers.amount.${key}`) }))}
          />
          {kind === 'one' ? (
            <AmountField terms={terms} onChange={setTerms} wrong={wrong} />
          ) : (
            <>
              <MoneyBox
                label={t('offers.least')}
                currency={currency}
                value={min}
                onChange={setMin}
                error={errorOf(wrong, 'amount.min')}
                isRequired
              />
              <MoneyBox
                label={t('offers.most')}
                currency={currency}
                value={max}
                onChange={setMax}
                error={
                  min !== null && max !== null && min > max ? t('offers.most_wrong') : errorOf(wrong, 'amount.max')
                }
                isRequired
              />
            </>
          )}
        </TermsFields>
      </Form>
    </Dialog>
  );
}

type Headers = { readonly 'idempotency-key': string };
const add = (body: Schema<'NewOffer'>, headers: Headers): Promise<Offer> =>
  answerOf(api.POST('/v1/offers', { body, headers }));

/** How often is agreed once for all; no number means that there is no end. */
function change({ id }: Offer, { label, category, amount, instalments }: Schema<'NewOffer'>): Promise<Offer> {
  const body = { label, category, amount, instalments: instalments ?? null };
  return answerOf(api.PATCH('/v1/offers/{id}', { params: { path: { id } }, body }));
}

const rangeOf = (min: number | null, max: number | null): Range | null =>
  min === null || max === null || min > max ? null : { min, max };

function termsOfOffer({ label, category, amount, interval, every, instalments }: Offer): Terms {
  return {
    ...{ label, category, interval },
    amount: typeof amount === 'number' ? amount : null,
    every: String(every),
    instalments: instalments === null ? '' : String(instalments),
  };
}
