import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { noonOf } from '../shared/days';
import type { Agreement, Cart, Instalment } from '../shared/types';
import type { AgreementDesk, AgreementState } from './agreement-desk';
import { aboutAgreement, agreementInWords, instalmentInWords, isOpen, rhythmOf } from './agreement-words';
import { Badge } from './badge';
import { gatewayLabel } from './gateways';
import { day, money, t } from './words';

interface Props {
  readonly state: AgreementState & { readonly loaded: NonNullable<AgreementState['loaded']> };
  readonly desk: AgreementDesk;
  readonly cart: Cart;
  readonly isConnected: boolean;
}

/** What is collected of the member by itself, and how that ends. */
export function Agreements({ state, desk, cart, isConnected }: Props) {
  const { lasting, ended } = state.loaded;
  const title = useRef<HTMLHeadingElement>(null);
  const { said } = state;
  if (lasting.length + ended.length === 0) return null;
  const rowOf = (agreement: Agreement) => (
    <AgreementRow key={agreement.id} agreement={agreement} title={title} {...{ state, desk, cart, isConnected }} />
  );
  return (
    <section class="card" aria-labelledby="agreements-title">
      <h2 id="agreements-title" ref={title} tabIndex={-1}>
        {t('agreements.title')}
      </h2>
      <p class="note" id="agreements-said" role="status">
        {said}
      </p>
      <ul class="lines" id="agreements">
        {lasting.map(rowOf)}
        {lasting.length === 0 && <li class="note">{t('agreements.none')}</li>}
      </ul>
      {ended.length > 0 && (
        <details>
          <summary>{t('agreements.ended')}</summary>
          <ul class="lines" id="agreements-ended">
            {ended.map(rowOf)}
          </ul>
        </details>
      )}
    </section>
  );
}

interface RowProps extends Props {
  readonly agreement: Agreement;
  /** Where the focus goes when the row of an agreement that was ended is gone. */
  readonly title: RefObject<HTMLHeadingElement | null>;
}

function AgreementRow({ agreement, title, state, desk, cart, isConnected }: RowProps) {
  const { id, status, label, amount, currency, gateway, nextAction, actions } = agreement;
  const { tone, title: word } = agreementInWords(agreement);
  const instalments = state.loaded.instalments[id] ?? [];
  const sentences = aboutAgreement(agreement, { instalments, charges: cart.charges, merchant: cart.merchantName });
  const isOff = state.acting !== null || !isConnected;
  const cancelling = actions.find(({ kind }) => kind === 'cancel');
  const end = () => void desk.end(agreement).then(() => title.current?.focus());
  const hasRun = !isOpen(agreement) && agreement.instalments.collected + agreement.instalments.failed > 0;
  return (
    <li data-agreement={id} data-status={status}>
      <span>{label}</span>
      <span class="figure">{money(amount, currency)}</span>
      <span>
        <Badge tone={tone}>{word}</Badge>
      </span>
      <span class="figure note">{rhythmOf(agreement)}</span>
      <p class="note">{sentences.join(' ')}</p>
      {hasRun && <Instalments agreement={agreement} instalments={instalments} desk={desk} />}
      {cancelling?.code === 'agreement_at_gateway_only' && (
        <p class="note">{t('agreement.at_gateway', { gateway: gatewayLabel(gateway) })}</p>
      )}
      <div class="actions">
        {nextAction !== null && isOpen(agreement) && (
          <button type="button" class="small" disabled={isOff} onClick={() => void desk.goOn(agreement)}>
            {t('open.go_on')}
          </button>
        )}
        {cancelling?.allowed === true && isOpen(agreement) && (
          <button type="button" class="small quiet" disabled={isOff} onClick={end}>
            {t('open.cancel')}
          </button>
        )}
        {cancelling?.allowed === true && !isOpen(agreement) && (
          <Ending agreement={agreement} isOff={isOff} onEnd={end} />
        )}
      </div>
    </li>
  );
}

function Instalments({
  agreement,
  instalments,
  desk,
}: {
  readonly agreement: Agreement;
  readonly instalments: readonly Instalment[];
  readonly desk: AgreementDesk;
}) {
  return (
    <details onToggle={(event) => event.currentTarget.open && void desk.unfold(agreement)}>
      <summary class="note">{t('agreements.unfold')}</summary>
      <ul class="lines instalments">
        {instalments.map((instalment) => (
          <li key={instalment.number} data-status={instalment.status}>
            <span>{day(noonOf(instalment.dueOn))}</span>
            <span class="figure">{instalmentInWords(instalment)}</span>
          </li>
        ))}
        {instalments.length === 0 && <li>{t('frame.loading')}</li>}
      </ul>
    </details>
  );
}

interface EndingProps {
  readonly agreement: Agreement;
  readonly isOff: boolean;
  readonly onEnd: () => void;
}

/** The button that ends an agreement, and before it does the question with what happens then. */
function Ending({ agreement: { id, label, gateway }, isOff, onEnd }: EndingProps) {
  const [isAsked, setAsked] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const question = useRef<HTMLDivElement>(null);
  const wasAsked = useRef(false);
  useEffect(() => {
    if (isAsked) question.current?.focus();
    else if (wasAsked.current) opener.current?.focus();
    wasAsked.current = isAsked;
  }, [isAsked]);

  if (!isAsked)
    return (
      <button
        ref={opener}
        type="button"
        class="small quiet"
        disabled={isOff}
        aria-label={`${t('agreement.end')} · ${label}`}
        onClick={() => setAsked(true)}
      >
        {t('agreement.end')}
      </button>
    );
  return (
    <div
      ref={question}
      class="standing question"
      data-tone="waiting"
      role="group"
      tabIndex={-1}
      aria-labelledby={`question-${id}`}
      aria-describedby={`consequence-${id}`}
      onKeyDown={(event) => event.key === 'Escape' && setAsked(false)}
    >
      <h3 id={`question-${id}`}>{t('agreement.question', { label })}</h3>
      <p class="note" id={`consequence-${id}`}>
        {t('agreement.consequence', { gateway: gatewayLabel(gateway) })}
      </p>
      <div class="actions">
        <button type="button" class="small" disabled={isOff} onClick={onEnd}>
          {t('agreement.do_end', { label })}
        </button>
        <button type="button" class="small quiet" onClick={() => setAsked(false)}>
          {t('replacing.keep')}
        </button>
      </div>
    </div>
  );
}
