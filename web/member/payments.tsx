import { useEffect, useState } from 'preact/hooks';
import { FIRST_LOOK } from '../../words/first-look';
import { isSettled } from '../../words/standing';
import { ask, broughtAnswer, call, troubleOf } from '../shared/client';
import type { Credentials } from '../shared/client';
import { pause, pauseAfter, watchPayment } from '../shared/live';
import type { Cart, Payment, PaymentPage, Refund, RefundPage } from '../shared/types';
import { asClaimed } from './claims';
import { PaymentRow, StandingLink } from './payment-row';
import { Frame, Loading, Over } from './space';
import type { Space } from './space';
import { inPlainWords, isEnd } from './trouble';
import { language, t } from './words';

/** A browser holds about six connections to one server; streams must leave some for the rest. */
const MOST_WATCHED = 3;
const FIRST_PAGE = '/v1/payments?limit=20';

interface Loaded {
  readonly merchant: string;
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly nextCursor: string | null;
}

/** All payments of a member, live, with the way to their receipts. */
export function PaymentsPage({ space }: { readonly space: Space }) {
  const { credentials, memberId } = space;
  const [loaded, setLoaded] = useState(() => broughtBy(memberId));
  const [isConnected, setConnected] = useState(true);
  const [isOver, setOver] = useState(false);
  const [trouble, setTrouble] = useState('');

  async function load(): Promise<Loaded> {
    const [{ body: cart }, { body: page }, { body: given }] = await Promise.all([
      call(credentials, 'GET', `/v1/members/${memberId}/cart`),
      call(credentials, 'GET', FIRST_PAGE),
      call(credentials, 'GET', '/v1/refunds?limit=100'),
    ]);
    return loadedFrom(cart, page, given);
  }

  /** Loads everything anew; after a failure again, until it works. What was shown as older stays. */
  async function refresh(): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        const now = await load();
        setConnected(true);
        setLoaded((before) => withOlder(now, before));
        return;
      } catch (error) {
        if (isEnd(error)) {
          setOver(true);
          return;
        }
        setConnected(false);
        await pause(Math.max(pauseAfter(failures), troubleOf(error)?.retryAfterMs ?? 0));
      }
    }
  }

  useEffect(() => {
    document.title = FIRST_LOOK[language()].pages.payments;
    if (loaded === null) void refresh();
  }, []);
  useLiveness(loaded, credentials, { onMove: () => void refresh(), onConnection: setConnected });

  async function showOlder(cursor: string): Promise<void> {
    const { body } = await call(credentials, 'GET', `/v1/payments?limit=20&cursor=${encodeURIComponent(cursor)}`);
    setLoaded(
      (before) =>
        before && {
          ...before,
          payments: [...before.payments, ...body.data.map(asClaimed)],
          nextCursor: body.nextCursor,
        },
    );
  }

  async function act(work: () => Promise<void>): Promise<void> {
    setTrouble('');
    await work().catch((error: unknown) =>
      setTrouble(inPlainWords(error, { merchant: loaded?.merchant ?? '', gateway: '' })),
    );
  }

  if (isOver) return <Over />;
  return (
    <Frame
      space={space}
      page="payments"
      merchant={loaded?.merchant ?? null}
      title={FIRST_LOOK[language()].pages.payments}
      isConnected={isConnected}
    >
      <p class="error" role="alert">
        {trouble}
      </p>
      {loaded === null ? (
        <Loading />
      ) : (
        <section class="card">
          <ul class="lines" id="payments">
            {loaded.payments.map((payment) => (
              <PaymentRow
                key={payment.id}
                payment={payment}
                refunds={loaded.refunds.filter((refund) => refund.payment === payment.id)}
                merchant={loaded.merchant}
              >
                {isBooked(payment) ? (
                  <button
                    type="button"
                    class="small quiet"
                    onClick={() => void act(() => openReceipt(credentials, payment.id))}
                  >
                    {t('payments.receipt')}
                  </button>
                ) : (
                  !isSettled(payment.status) && <StandingLink payment={payment} />
                )}
              </PaymentRow>
            ))}
            {loaded.payments.length === 0 && <li class="note">{t('payments.none')}</li>}
          </ul>
          {loaded.nextCursor !== null && (
            <button
              type="button"
              class="quiet"
              id="more"
              onClick={() => void act(() => showOlder(loaded.nextCursor ?? ''))}
            >
              {t('payments.older')}
            </button>
          )}
        </section>
      )}
    </Frame>
  );
}

/** What came with the page, so that it is seen at once and whole. */
function broughtBy(memberId: string): Loaded | null {
  const cart = broughtAnswer(`/v1/members/${memberId}/cart`);
  const page = broughtAnswer(FIRST_PAGE);
  const given = broughtAnswer('/v1/refunds?limit=100');
  return cart && page && given ? loadedFrom(cart, page, given) : null;
}

function loadedFrom({ merchantName: merchant }: Cart, page: PaymentPage, given: RefundPage): Loaded {
  return { merchant, payments: page.data.map(asClaimed), refunds: given.data, nextCursor: page.nextCursor };
}

/** Money of it came and was booked. */
const isBooked = ({ captured, status }: Payment): boolean => captured > 0 && status !== 'needs_review';

/** The newest twenty are as they are now; those below stay. */
function withOlder(now: Loaded, before: Loaded | null): Loaded {
  if (before === null) return now;
  const older = before.payments.filter((payment) => !now.payments.some(({ id }) => id === payment.id));
  return { ...now, payments: [...now.payments, ...older], nextCursor: before.nextCursor };
}

/** Watches the newest payments that may still move, or of which something is on its way back. */
function useLiveness(
  loaded: Loaded | null,
  credentials: Credentials,
  { onMove, onConnection }: { readonly onMove: () => void; readonly onConnection: (isThere: boolean) => void },
): void {
  const isReturning = ({ id }: Payment) =>
    loaded?.refunds.some(({ payment, status }) => payment === id && status === 'pending') ?? false;
  const moving = (loaded?.payments ?? [])
    .filter((payment) => !isSettled(payment.status) || isReturning(payment))
    .slice(0, MOST_WATCHED);
  const rows = moving.map(({ id, timeline }) => `${id} ${timeline.length}`).join();
  useEffect(() => {
    const stops = moving.map((shown) =>
      watchPayment({
        id: shown.id,
        credentials,
        onPayment: (now) => {
          if (now.timeline.length !== shown.timeline.length || now.status !== shown.status) onMove();
        },
        onConnection,
        onRefused: () => undefined,
      }),
    );
    return () => stops.forEach((stop) => stop());
  }, [rows]);
}

/** Opens the receipt in a tab of its own, in the language of the page and in the name of who looks: a link could not say who that is. */
async function openReceipt(credentials: Credentials, id: string): Promise<void> {
  const tab = window.open('', '_blank');
  try {
    const answer = await ask(credentials, `/v1/payments/${encodeURIComponent(id)}/receipt?locale=${language()}`, {
      headers: { accept: 'text/html' },
    });
    const url = URL.createObjectURL(new Blob([await answer.text()], { type: 'text/html;charset=utf-8' }));
    if (tab) tab.location.replace(url);
    else location.assign(url);
  } catch (error) {
    tab?.close();
    throw error;
  }
}
