import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { balanceInWords, FIRST_LOOK } from '../../words/first-look';
import { createAccountDesk } from './account-desk';
import type { AccountDesk, AccountState, Notice } from './account-desk';
import type { Cart, Payment } from '../shared/types';
import { createAgreementDesk } from './agreement-desk';
import type { AgreementDesk, AgreementState } from './agreement-desk';
import { Agreements } from './agreements';
import { Charges, Paylines } from './charges';
import { availableAmong } from './gateways';
import { Offers } from './offers';
import { PayForm } from './pay-form';
import { PaymentRow, StandingLink } from './payment-row';
import { Frame, Loading, Over } from './space';
import type { Space } from './space';
import { language, t } from './words';

/** What a member owes, and how to pay it. */
export function AccountPage({ space }: { readonly space: Space }) {
  const heard = useRef<(state: AccountState) => void>(() => undefined);
  const desk = useMemo(
    () =>
      createAccountDesk({
        ...space,
        returned: new URLSearchParams(location.search).get('payment'),
        onChange: (state) => heard.current(state),
      }),
    [],
  );
  const [state, setState] = useState<AccountState>(desk.state);
  heard.current = setState;
  const [agreementDesk, agreed] = useAgreements(space, desk);
  useEffect(() => {
    // Back from the gateway's page the browser may show this page as it was left.
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      desk.comeBack();
      agreementDesk.comeBack();
    };
    window.addEventListener('pageshow', comeBack);
    void desk.start();
    void agreementDesk.start();
    return () => window.removeEventListener('pageshow', comeBack);
  }, []);

  const { loaded, notice } = state;
  const merchant = loaded?.cart.merchantName ?? null;
  const title = loaded ? balanceInWords(loaded.cart, language()) : FIRST_LOOK[language()].pages.account;
  useEffect(() => {
    if (merchant !== null) document.title = `${FIRST_LOOK[language()].pages.account} · ${merchant}`;
  }, [merchant]);

  if (state.isOver || agreed.isOver) return <Over />;
  const isConnected = state.isConnected && agreed.isConnected;
  const isTest = state.options?.data.some(({ available, environment }) => available && environment !== 'live') ?? false;
  return (
    <Frame
      space={space}
      page="account"
      merchant={merchant}
      title={title}
      isConnected={isConnected}
      shownSince={loaded?.at ?? null}
      isTest={isTest}
    >
      <div id="notice" role="status">
        {notice && <NoticeCard notice={notice} />}
        {agreed.notice && <NoticeCard notice={agreed.notice} />}
      </div>
      {loaded === null ? (
        <Loading />
      ) : (
        <div class="columns" id="account">
          <div class="column">
            <OpenPayments state={{ ...state, loaded }} desk={desk} />
            <PayForm state={{ ...state, loaded }} desk={desk} />
            <Recurring state={agreed} desk={agreementDesk} cart={loaded.cart} isConnected={isConnected} />
          </div>
          <div class="column">
            <Charges cart={loaded.cart} />
            <Paylines cart={loaded.cart} />
          </div>
        </div>
      )}
    </Frame>
  );
}

/** The desk of the member's agreements on this page, and what it shows. */
function useAgreements(space: Space, accountDesk: AccountDesk): readonly [AgreementDesk, AgreementState] {
  const heard = useRef<(state: AgreementState) => void>(() => undefined);
  const desk = useMemo(
    () =>
      createAgreementDesk({
        credentials: space.credentials,
        returned: new URLSearchParams(location.search).get('agreement'),
        merchant: () => accountDesk.state().loaded?.cart.merchantName ?? '',
        onChange: (state) => heard.current(state),
        onMove: accountDesk.refresh,
      }),
    [],
  );
  const [state, setState] = useState<AgreementState>(desk.state);
  heard.current = setState;
  return [desk, state];
}

interface RecurringProps {
  readonly state: AgreementState;
  readonly desk: AgreementDesk;
  readonly cart: Cart;
  readonly isConnected: boolean;
}

/** What is collected by itself, then what can be. */
function Recurring({ state, ...more }: RecurringProps) {
  const { loaded, trouble } = state;
  const isSaidThere = loaded?.offers.some(({ id }) => id === trouble?.offer) ?? false; // beside the button that was pressed
  return (
    <>
      <p class="error" role="alert">
        {isSaidThere ? '' : (trouble?.text ?? '')}
      </p>
      {loaded && <Agreements state={{ ...state, loaded }} {...more} />}
      {loaded && <Offers state={{ ...state, loaded }} {...more} />}
    </>
  );
}

function NoticeCard({ notice: { tone, title, text } }: { readonly notice: Notice }) {
  return (
    <div class="card standing" data-tone={tone}>
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  );
}

interface OpenProps {
  readonly state: AccountState & { readonly loaded: NonNullable<AccountState['loaded']> };
  readonly desk: AccountDesk;
}

/** Payments that are begun or held: to be seen before another one is begun. */
function OpenPayments({ state, desk }: OpenProps) {
  const { undecided, cart } = state.loaded;
  if (undecided.length === 0) return null;
  return (
    <section class="card" aria-labelledby="open-title">
      <h2 id="open-title">{t('open.title')}</h2>
      <ul class="lines" id="open">
        {undecided.map((payment) => (
          <PaymentRow key={payment.id} payment={payment} merchant={cart.merchantName}>
            <OpenActions payment={payment} state={state} desk={desk} />
          </PaymentRow>
        ))}
      </ul>
    </section>
  );
}

function OpenActions({ payment, state, desk }: OpenProps & { readonly payment: Payment }) {
  const { gateway, status, nextAction } = payment;
  const hasOtherWay = availableAmong(state.options).some((other) => other !== gateway);
  const isOff = state.acting === payment.id || !state.isConnected;
  const isOpen = nextAction !== null;
  return (
    <>
      {isOpen && nextAction.kind !== 'prompt' && (
        <button type="button" class="small" disabled={isOff} onClick={() => void desk.goOn(payment)}>
          {t('open.go_on')}
        </button>
      )}
      {nextAction?.kind === 'prompt' && <StandingLink payment={payment} />}
      {(isOpen || status === 'created') && (
        <button type="button" class="small quiet" disabled={isOff} onClick={() => void desk.cancel(payment)}>
          {t('open.cancel')}
        </button>
      )}
      {isOpen && hasOtherWay && (
        <button type="button" class="small quiet" onClick={() => desk.payInAnotherWay(payment)}>
          {t('open.other_way')}
        </button>
      )}
    </>
  );
}
