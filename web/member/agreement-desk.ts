import { call, Refusal, troubleOf } from '../shared/client';
import type { Credentials } from '../shared/client';
import { pause, pauseAfter } from '../shared/live';
import type { Agreement, Instalment, Offer } from '../shared/types';
import type { Notice } from './account-desk';
import { agreementInWords, isOpen, rhythmOf } from './agreement-words';
import { gatewayLabel } from './gateways';
import { perform } from './next-action';
import { beginAgreement } from './paying';
import { inPlainWords, isEnd, Told } from './trouble';
import { money, t } from './words';

/** As the page of the member space asks for them too. */
const OFFERS = '/v1/offers?limit=100';
const LASTING = '/v1/agreements?status=created,awaiting_payer,active,past_due,suspended&limit=100';
const ENDED = '/v1/agreements?status=cancelled,completed,expired,failed&limit=10';

/** So long a gateway may take to open an agreement before the member is told that it goes on without waiting. */
const OPENING_PATIENCE_MS = 30_000;
/** How often an account is looked at in which nothing is expected soon. */
const QUIET_MS = 60_000;

interface LoadedAgreements {
  readonly offers: readonly Offer[];
  /** Those that may still collect, newest first. */
  readonly lasting: readonly Agreement[];
  /** Those that ended last, newest first. */
  readonly ended: readonly Agreement[];
  /** By the id of the agreement: those that are shown, and those of which one failed. */
  readonly instalments: Readonly<Record<string, readonly Instalment[]>>;
}

/** All that the page of an account shows of agreements. */
export interface AgreementState {
  readonly loaded: LoadedAgreements | null;
  /** The offer that is being begun. */
  readonly beginning: string | null;
  /** The agreement of which a command is on its way. */
  readonly acting: string | null;
  readonly notice: Notice | null;
  /** What a command came to. */
  readonly said: string;
  /** What went wrong, with an offer (its id) or otherwise (null). */
  readonly trouble: { readonly offer: string | null; readonly text: string } | null;
  readonly isConnected: boolean;
  /** The session is over, or the token. */
  readonly isOver: boolean;
}

const EMPTY: AgreementState = {
  loaded: null,
  beginning: null,
  acting: null,
  notice: null,
  said: '',
  trouble: null,
  isConnected: true,
  isOver: false,
};

/** The agreement of this offer that waits for its payer. */
export const openOneOf = (offer: Offer, { lasting }: LoadedAgreements): Agreement | null =>
  lasting.find((agreement) => agreement.offer === offer.id && isOpen(agreement)) ?? null;
/** The agreement of this offer that collects, or would. */
export const runningOneOf = (offer: Offer, { lasting }: LoadedAgreements): Agreement | null =>
  lasting.find((agreement) => agreement.offer === offer.id && !isOpen(agreement)) ?? null;

/** What a member sees and does about agreements; all of it through the public API. `onChange` is told each new state, `onMove` that the account may have changed. */
export function createAgreementDesk({
  credentials,
  returned,
  merchant,
  onChange,
  onMove,
}: {
  readonly credentials: Credentials;
  /** The agreement from which the browser just came back; null: it came from elsewhere. */
  readonly returned: string | null;
  /** What the merchant is called, once that is known. */
  readonly merchant: () => string;
  readonly onChange: (state: AgreementState) => void;
  readonly onMove: () => void;
}) {
  let state = EMPTY;
  let isWatching = false;
  const unfolded = new Set<string>(); // the agreements of which the instalments are shown

  function set(change: Partial<AgreementState>): void {
    state = { ...state, ...change };
    onChange(state);
  }

  async function start(): Promise<void> {
    await refresh();
    if (returned !== null) tellOf(returned);
    void watch();
  }

  /** Loads everything anew; after a failure again, until it works or is refused. */
  async function refresh(): Promise<void> {
    for (let failures = 1; !state.isOver; failures++) {
      try {
        const loaded = await load();
        const before = state.loaded;
        set({ loaded, isConnected: true });
        if (before !== null && traceOf(before) !== traceOf(loaded)) onMove();
        return;
      } catch (error) {
        if (ends(error)) return;
        if (error instanceof Refusal && !error.isPassing) {
          fail(null, error);
          return;
        }
        set({ isConnected: false });
        await pause(Math.max(pauseAfter(failures), troubleOf(error)?.retryAfterMs ?? 0));
      }
    }
  }

  async function load(): Promise<LoadedAgreements> {
    const [{ body: offers }, { body: lasting }, { body: ended }] = await Promise.all([
      call(credentials, 'GET', OFFERS),
      call(credentials, 'GET', LASTING),
      call(credentials, 'GET', ENDED),
    ]);
    const wanted = [...lasting.data, ...ended.data].filter(
      ({ id, status, instalments }) =>
        unfolded.has(id) || (['past_due', 'suspended'].includes(status) && instalments.failed > 0),
    );
    const instalments = await Promise.all(wanted.map(async ({ id }) => [id, await loadInstalments(id)] as const));
    return {
      offers: offers.data.filter(({ withdrawnAt }) => withdrawnAt === null),
      lasting: lasting.data,
      ended: ended.data,
      instalments: Object.fromEntries(instalments),
    };
  }

  async function loadInstalments(id: string): Promise<readonly Instalment[]> {
    return (await call(credentials, 'GET', `/v1/agreements/${id}/instalments`)).body.data;
  }

  /** Looks again as long as there is an agreement: soon where something is expected, else now and then. */
  async function watch(): Promise<void> {
    if (isWatching) return;
    isWatching = true;
    for (let looks = 0; !state.isOver && state.loaded !== null && state.loaded.lasting.length > 0; looks++) {
      await pause(state.loaded.lasting.some(isAwaited) ? pauseAfter(looks) : QUIET_MS);
      if (document.visibilityState === 'hidden') continue;
      const before = traceOf(state.loaded);
      await refresh();
      if (before === traceOf(state.loaded)) continue;
      looks = 0;
      if (returned !== null) tellOf(returned);
    }
    isWatching = false;
  }

  /** Says where the agreement stands from whose approval the browser came back. */
  function tellOf(id: string): void {
    const agreement = [...(state.loaded?.lasting ?? []), ...(state.loaded?.ended ?? [])].find((one) => one.id === id);
    if (!agreement) return;
    const { amount, currency, label, status } = agreement;
    const gateway = gatewayLabel(agreement.gateway);
    if (isOpen(agreement)) {
      const text = t('agreement.waiting_text', { gateway });
      set({ notice: { tone: 'waiting', title: t('agreement.waiting_title'), text } });
    } else if (status === 'active') {
      const text = t('agreement.agreed_text', { label, money: money(amount, currency), rhythm: rhythmOf(agreement) });
      set({ notice: { tone: 'good', title: t('agreement.agreed_title'), text } });
    } else {
      set({ notice: { ...agreementInWords(agreement), text: label } });
    }
  }

  /** Begins what is offered with this amount, in minor units, and brings the payer to the gateway. */
  async function begin(offer: Offer, amount: number): Promise<void> {
    if (state.beginning !== null || state.loaded === null) return;
    set({ beginning: offer.id, trouble: null, notice: null, said: '' });
    try {
      const agreement = await beginOrContinue(offer, amount, state.loaded);
      set({ isConnected: true });
      if (agreement !== null && (await goOnTo(agreement)) === 'leaving') return;
      set({ beginning: null });
      await refresh();
      void watch();
      if (agreement === null) set({ said: t('offers.slow') });
    } catch (error) {
      set({ beginning: null, isConnected: true });
      if (ends(error)) return;
      fail(offer.id, error);
      if (error instanceof Told || error instanceof Refusal) await refresh(); // what is shown may be out of date
    }
  }

  /** The agreement for this: the open one where it is about the same, else a new one, for which the open one makes room. Null: it takes long. */
  async function beginOrContinue(offer: Offer, amount: number, loaded: LoadedAgreements): Promise<Agreement | null> {
    const before = openOneOf(offer, loaded);
    if (before?.amount === amount) return untilOpened(before);
    if (before && !(await isEnded(before))) throw new Told(t('offers.not_over'));
    const wish = { offer: offer.id, amount };
    return untilOpened(await beginAgreement(credentials, wish, { onTrouble: () => set({ isConnected: false }) }));
  }

  /** The agreement once its gateway was asked to open it; null where that takes too long. */
  async function untilOpened(agreement: Agreement): Promise<Agreement | null> {
    const end = performance.now() + OPENING_PATIENCE_MS;
    for (let looks = 0, now = agreement; ; looks++) {
      if (now.status !== 'created') return now;
      if (performance.now() > end) return null;
      await pause(pauseAfter(looks));
      now = (await call(credentials, 'GET', `/v1/agreements/${agreement.id}`)).body;
    }
  }

  /** Brings the payer to the gateway of this agreement. */
  function goOnTo(agreement: Agreement): Promise<'leaving' | 'open' | 'nowhere'> {
    return perform(agreement, { onFailedTry: () => undefined, onClosed: () => void refresh() });
  }

  /** Ends an agreement and tells whether it is over now; false: it will be ended, and its gateway does not answer yet. */
  async function isEnded({ id }: Agreement): Promise<boolean> {
    try {
      // One key per agreement: ending it is the same command however often it is given.
      await call(credentials, 'POST', `/v1/agreements/${id}/cancel`, { body: {}, idempotencyKey: `cancel ${id}` });
    } catch (error) {
      if (troubleOf(error)?.code !== 'agreement_ended') throw error;
    }
    // Asked anew: an answer to an earlier try may be old by now.
    const { body } = await call(credentials, 'GET', `/v1/agreements/${id}`);
    return ['cancelled', 'completed', 'expired', 'failed'].includes(body.status);
  }

  async function end(agreement: Agreement): Promise<void> {
    await act(agreement, async () => {
      const { label, gateway } = agreement;
      const isOver = await isEnded(agreement);
      await refresh();
      set({ said: t(isOver ? 'agreement.ended_now' : 'agreement.ending', { label, gateway: gatewayLabel(gateway) }) });
    });
  }

  /** Does what a button asks for, once at a time, and says what went wrong. */
  async function act(agreement: Agreement, work: () => Promise<unknown>): Promise<void> {
    if (state.acting !== null) return;
    set({ acting: agreement.id, trouble: null, notice: null, said: '' });
    try {
      await work();
    } catch (error) {
      if (!ends(error)) fail(null, error, gatewayLabel(agreement.gateway));
      if (error instanceof Refusal) await refresh(); // what is shown may be out of date
    } finally {
      set({ acting: null });
    }
  }

  /** Shows the instalments of an agreement, and keeps them true. */
  async function unfold({ id }: Agreement): Promise<void> {
    if (unfolded.has(id)) return;
    unfolded.add(id);
    await refresh();
  }

  function fail(offer: string | null, error: unknown, gateway = ''): void {
    const isOfAmount = offer !== null && troubleOf(error)?.code === 'amount_not_supported';
    const text = isOfAmount ? t('offers.amount_gone') : inPlainWords(error, { merchant: merchant(), gateway });
    set({ trouble: { offer, text } });
  }

  /** Whether this ends the page: the session is over, or the token. */
  function ends(error: unknown): boolean {
    if (!isEnd(error)) return false;
    set({ isOver: true });
    return true;
  }

  return {
    start,
    /** As it is now. */
    state: () => state,
    begin,
    end,
    unfold,
    goOn: (agreement: Agreement) => act(agreement, () => goOnTo(agreement)),
    /** The browser shows the page as it was left, back from the gateway's. */
    comeBack() {
      set({ beginning: null });
      void refresh().then(watch);
    },
  };
}
export type AgreementDesk = ReturnType<typeof createAgreementDesk>;

/** Something is about to come: the word of the gateway, or the first instalment. */
function isAwaited(agreement: Agreement): boolean {
  return isOpen(agreement) || (agreement.status === 'active' && agreement.instalments.collected === 0);
}

/** What differs when something has happened. */
function traceOf({ lasting, ended }: LoadedAgreements): string {
  return [...lasting, ...ended].map(({ id, status, timeline }) => `${id} ${status} ${timeline.length}`).join();
}
