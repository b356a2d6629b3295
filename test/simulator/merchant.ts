import { startSimulator, type RunningSimulator, type StartOptions } from '../../simulator/start';
import { startReceiver, type Received, type Receiver } from './receiver';

/** So fast that no resend waits. */
export const AT_ONCE = 1e12;

/** A merchant with a shop at a simulator of his own. */
export interface Merchant {
  readonly simulator: RunningSimulator;
  readonly receiver: Receiver;
  /** A payment form in order, with these fields instead. */
  form(over?: Record<string, string>): Record<string, string>;
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Pays without a browser and waits until every message was sent. */
  pay(buyer: string, over?: Record<string, string>): Promise<{ outcome: string; txnId: string; returnUrl: string }>;
  /** Waits until nothing is left to send. */
  idle(): Promise<void>;
  happen(txnId: string, event: Record<string, unknown>): Promise<void>;
  /** Asks the simulator whether these bytes are PayPal's. */
  postBack(bytes: Buffer, headers?: Record<string, string>): Promise<{ status: number; text: string }>;
  pdt(tx: string, at: string): Promise<string>;
  webscr(fields: Record<string, string>): Promise<{ status: number; text: string; url: string }>;
  stop(): Promise<void>;
}

export async function openShop(options: Partial<StartOptions> = {}): Promise<Merchant> {
  const receiver = await startReceiver();
  const simulator = await startSimulator({
    port: 0,
    host: '127.0.0.1',
    resendSpeed: AT_ONCE,
    laterEvents: 'by_hand',
    ...options,
  });
  const address = `${simulator.url}/paypal/cgi-bin/webscr`;
  const named = { 'user-agent': 'A merchant (test)', 'content-type': 'application/x-www-form-urlencoded' };

  const form = (over: Record<string, string> = {}) => ({
    cmd: '_xclick',
    business: 'SELLER0000001',
    item_name: 'Annual fee',
    amount: '50.00',
    currency_code: 'EUR',
    invoice: 'inv-1',
    custom: 'pay_1',
    charset: 'utf-8',
    notify_url: receiver.url,
    return: 'http://shop.example/return/pay_1',
    cancel_return: 'http://shop.example/cancel/pay_1',
    ...over,
  });
  const control: Merchant['control'] = async (method, path, body) => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${simulator.url}/control${path}`, { method, ...init });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  const idle = async () => {
    await control('GET', '/idle');
  };

  return {
    simulator,
    receiver,
    form,
    control,
    idle,
    async pay(buyer, over = {}) {
      const answer = await control('POST', '/pay', { buyer, fields: form(over) });
      await idle();
      return answer.body as { outcome: string; txnId: string; returnUrl: string };
    },
    async happen(txnId, event) {
      const answer = await control('POST', `/payments/${txnId}/events`, event);
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      await idle();
    },
    async postBack(bytes, headers = named) {
      const body = Buffer.concat([Buffer.from('cmd=_notify-validate&'), bytes]);
      const answer = await fetch(address, { method: 'POST', body, headers, redirect: 'manual' });
      return { status: answer.status, text: await answer.text() };
    },
    async pdt(tx, at) {
      const body = new URLSearchParams({ cmd: '_notify-synch', tx, at });
      const answer = await fetch(address, { method: 'POST', body, headers: named });
      return answer.text();
    },
    async webscr(fields) {
      const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) });
      return { status: answer.status, text: await answer.text(), url: answer.url };
    },
    async stop() {
      await simulator.stop();
      await receiver.stop();
    },
  };
}

/** A message's fields as text, its bytes read as latin1. */
export function fieldsOf({ body }: Received): Record<string, string> {
  return Object.fromEntries(
    body
      .toString('latin1')
      .split('&')
      .map((pair) => {
        const [name = '', value = ''] = pair.split('=');
        return [name, decodeLatin1(value)];
      }),
  );
}

function decodeLatin1(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
