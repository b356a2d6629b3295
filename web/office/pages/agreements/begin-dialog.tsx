import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Capabilities } from '../../../../workflows/domain/gateway';
import { answerOf, api, reading } from '../../api';
import type { AnswerTo, Schema } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Dialog } from '../../ui/dialog';
import { Choice, MoneyBox, TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { MemberPicker } from '../../ui/member-picker';
import { Answered } from '../../ui/page';
import { Button } from '../../ui/button';
import { money, moment, t } from '../../words';
import { HandOver, linkOf } from './hand-over';
import { offeredTerms, termsOf, whoOf } from './sayings';
import { FIELDS_OF_TERMS, NO_TERMS, readTerms, TermsFields } from './terms-fields';

type Member = Schema<'Member'>;
type Offer = Schema<'Offer'>;
type Gateway = Schema<'Gateway'>;

/** What is agreed freely, and not as it is offered. */
const OWN = 'own';
/** How long the link can be used. */
const A_WEEK_MS = 7 * 86_400_000;

interface BeginDialogProps {
  /** For whom it is begun; without: that is asked. */
  readonly member?: Member;
  readonly onClose: () => void;
}

/** Begins an agreement for a member, who then agrees at the gateway by a link. */
export default function BeginDialog({ member, onClose }: BeginDialogProps) {
  const offers = useQuery(reading('/v1/offers', { query: { limit: 100 } }));
  const accounts = useQuery(reading('/v1/gateway-accounts', {}));
  const title = member === undefined ? t('agreements.begin') : t('agreements.begin_for', { name: member.name });
  return (
    <Dialog title={title} onClose={onClose}>
      <Answered query={offers}>
        {({ data }) => (
          <Answered query={accounts}>
            {(connected) => (
              <Begin known={member ?? null} offers={data} gateways={collecting(connected.data)} onClose={onClose} />
            )}
          </Answered>
        )}
      </Answered>
    </Dialog>
  );
}

/** The gateways of this merchant that collect by themselves. */
function collecting(accounts: AnswerTo<'/v1/gateway-accounts'>['data']): readonly Gateway[] {
  return accounts
    .filter(({ enabled, capabilities }) => {
      const { recurring = false } = (capabilities ?? {}) as Partial<Capabilities>; // the API tells it as data
      return enabled && recurring;
    })
    .map(({ gateway }) => gateway);
}

interface BeginProps {
  readonly known: Member | null;
  readonly offers: readonly Offer[];
  readonly gateways: readonly Gateway[];
  readonly onClose: () => void;
}

function Begin({ known, offers, gateways, onClose }: BeginProps) {
  const { currency } = useStanding().merchant;
  const [member, setMember] = useState(known);
  const [way, setWay] = useState(offers[0]?.id ?? OWN);
  const [terms, setTerms] = useState(NO_TERMS);
  const [chosen, setChosen] = useState<number | null>(null);
  const [startsOn, setStartsOn] = useState('');
  const [gateway, setGateway] = useState(gateways[0] ?? null);
  const beginning = useCommand(
    (body: Schema<'NewAgreement'>, headers) => answerOf(api.POST('/v1/agreements', { body, headers })),
    { changes: ['/v1/agreements'] },
  );
  const { wrong, answer } = beginning;
  if (answer !== undefined) return <Begun agreement={answer} onClose={onClose} />;

  const offer = offers.find(({ id }) => id === way);
  const agreed = offer === undefined ? asOwn() : asOffered(offer);
  const send = () => {
    if (member === null || gateway === null || agreed === null) return;
    const start = startsOn === '' ? {} : { startsOn };
    beginning.run({ member: member.id, gateway, ...agreed, ...start, expiresInMs: A_WEEK_MS });
  };
  return (
    <Form
      action={t('agreements.begin_do')}
      onSend={send}
      onCancel={onClose}
      isRunning={beginning.isRunning}
      isDisabled={member === null || agreed === null}
      reason={gateway === null ? t('agreements.no_gateway') : null}
      trouble={beginning.trouble}
      wrong={wrong}
      fields={[...FIELDS_OF_TERMS, 'startsOn']}
    >
      <p>{t('agreements.begin_text')}</p>
      {known === null && <MemberPicker label={t('payments.column.member')} onChange={setMember} autoFocus />}
      {offers.length > 0 && (
        <Choice
          label={t('agreements.what')}
          options={[
            ...offers.map((one) => ({ key: one.id, text: `${one.label} · ${offeredTerms(one)}` })),
            { key: OWN, text: t('agreements.own') },
          ]}
          value={way}
          onChange={setWay}
        />
      )}
      {offer === undefined && <TermsFields terms={terms} onChange={setTerms} wrong={wrong} />}
      {offer !== undefined && typeof offer.amount !== 'number' && (
        <MoneyBox
          key={offer.id}
          label={t('agreements.amount')}
          currency={currency}
          value={chosen}
          onChange={setChosen}
          error={errorOf(wrong, 'amount')}
          description={t('agreements.between', {
            min: money(offer.amount.min, currency),
            max: money(offer.amount.max, currency),
          })}
          isRequired
        />
      )}
      <TextBox
        label={t('agreements.starts_on')}
        type="date"
        value={startsOn}
        onChange={setStartsOn}
        error={errorOf(wrong, 'startsOn')}
        description={t('agreements.starts_on_for')}
      />
      {gateways.length > 1 && (
        <Choice
          label={t('payments.column.gateway')}
          options={gateways.map((key) => ({ key, text: t(`gateway.${key}`) }))}
          value={gateway}
          onChange={setGateway}
        />
      )}
    </Form>
  );

  function asOwn(): Partial<Schema<'NewAgreement'>> | null {
    const read = readTerms(terms);
    if (read === null || terms.amount === null) return null;
    const { instalments, ...rest } = read;
    return { ...rest, amount: terms.amount, ...(instalments !== null && { instalments }) };
  }

  function asOffered({ id, amount }: Offer): Partial<Schema<'NewAgreement'>> | null {
    if (typeof amount === 'number') return { offer: id };
    return chosen === null ? null : { offer: id, amount: chosen };
  }
}

interface BegunProps {
  readonly agreement: Schema<'Agreement'>;
  readonly onClose: () => void;
}

/** What the member is given now; it is over as soon as they agree. */
function Begun({ agreement: begun, onClose }: BegunProps) {
  const { data: agreement = begun } = useQuery({
    ...reading('/v1/agreements/{id}', { path: { id: begun.id } }),
    // No event tells that the gateway has given its link.
    refetchInterval: ({ state }) => ((state.data ?? begun).status === 'created' ? OPENING_MS : false),
  });
  const { status, gateway, approveBy } = agreement;
  const link = linkOf(agreement);
  const name = whoOf(agreement);
  const values = { name, gateway: t(`gateway.${gateway}`), terms: termsOf(agreement), time: moment(approveBy) };
  const outcome = status === 'failed' || status === 'created' || status === 'awaiting_payer' ? status : 'agreed';
  return (
    <>
      <p role="status">{t(`agreements.begun.${outcome}`, values)}</p>
      {link !== null && <HandOver agreement={agreement} link={link} />}
      <div className="actions">
        <Link className="pressable" to="/agreements/$id" params={{ id: agreement.id }} onClick={onClose}>
          {t('agreements.see')}
        </Link>
        <Button onPress={onClose}>{t('shell.close')}</Button>
      </div>
    </>
  );
}
const OPENING_MS = 1_500;
