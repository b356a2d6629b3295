import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NvpCredentials } from '../../activities/gateways/paypal-standard/credentials';
import { PAYMENT_ID } from './paypal-messages';

export const NVP: NvpCredentials = {
  username: 'seller_api1.club.example',
  password: 'nvp-password',
  signature: 'nvp-signature',
};
export const TXN = '61E67681CH3238416';
export const REFUND = '9XJ01234AB567890C';

export type NvpFields = Record<string, string | undefined>;

/** A completed payment of 50.00 EUR with a fee of 1.95, as `GetTransactionDetails` shows it. */
export function details(over: NvpFields = {}): NvpFields {
  return {
    RECEIVERBUSINESS: 'tresorier@club.example',
    RECEIVEREMAIL: 'tresorier@club.example',
    RECEIVERID: 'SELLER0000001',
    EMAIL: 'anne.martin@example.org',
    CUSTOM: PAYMENT_ID,
    INVNUM: PAYMENT_ID,
    TRANSACTIONID: TXN,
    TRANSACTIONTYPE: 'webaccept',
    PAYMENTTYPE: 'instant',
    ORDERTIME: '2026-03-10T13:22:41Z',
    AMT: '50.00',
    FEEAMT: '1.95',
    TAXAMT: '0.00',
    CURRENCYCODE: 'EUR',
    PAYMENTSTATUS: 'Completed',
    PENDINGREASON: 'None',
    REASONCODE: 'None',
    ...over,
  };
}

/** Money back on that payment, as PayPal shows a refund that is done. */
export function detailsOfRefund(over: NvpFields = {}): NvpFields {
  return details({
    TRANSACTIONID: REFUND,
    PARENTTRANSACTIONID: TXN,
    AMT: '-20.00',
    FEEAMT: '-0.40',
    REASONCODE: 'refund',
    ...over,
  });
}

export interface NvpServer {
  readonly url: string;
  /** The calls as they came, decoded. */
  readonly calls: readonly (Record<string, string> & { readonly METHOD: string })[];
  /** What PayPal knows, in the order in which a search lists it; `type`: how it is listed. */
  knows(...transactions: { readonly details: NvpFields; readonly type?: string }[]): void;
  /** Answers this method (or any) with these fields from now on; null: as it knows. */
  says(fields: NvpFields | null, method?: string): void;
  /** Answers whatever is asked by writing the response itself. */
  answers(write: (response: ServerResponse) => void): void;
  reset(): void;
  close(): Promise<void>;
}

/** PayPal's NVP API over a real socket. It knows transactions, checks credentials, and says what a test tells it to say. */
export async function startNvpServer(): Promise<NvpServer> {
  let known: { details: NvpFields; type: string }[] = [];
  let said = new Map<string, NvpFields>();
  let write: ((response: ServerResponse) => void) | null = null;
  const calls: (Record<string, string> & { METHOD: string })[] = [];

  const answer = (call: Record<string, string>): NvpFields => {
    const { USER, PWD, SIGNATURE, METHOD = '' } = call;
    const told = said.get(METHOD) ?? said.get('');
    if (told) return told;
    if (USER !== NVP.username || PWD !== NVP.password || SIGNATURE !== NVP.signature)
      return failure('10002', 'Security error');
    if (METHOD === 'TransactionSearch') {
      const rows = known.filter((row) => row.details['INVNUM'] === call['INVNUM']);
      return Object.assign(
        { ACK: 'Success' },
        ...rows.map((row, i) => ({
          [`L_TYPE${i}`]: row.type,
          [`L_TRANSACTIONID${i}`]: row.details['TRANSACTIONID'],
          [`L_STATUS${i}`]: 'Completed',
          [`L_AMT${i}`]: row.details['AMT'],
        })),
      ) as NvpFields;
    }
    const one = known.find((row) => row.details['TRANSACTIONID'] === call['TRANSACTIONID']);
    return one ? { ACK: 'Success', ...one.details } : failure('10004', ...INVALID_ID);
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      calls.push({ METHOD: '', ...call });
      if (write) write(response);
      else if (request.url !== '/paypal/nvp' || request.method !== 'POST') response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(encodeNvp(answer(call)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    knows: (...transactions) => {
      known = transactions.map((one) => ({ type: 'Payment', ...one }));
    },
    says: (fields, method = '') => {
      if (fields === null) said.delete(method);
      else said.set(method, fields);
    },
    answers: (how) => {
      write = how;
    },
    reset: () => {
      known = [];
      said = new Map();
      write = null;
      calls.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

const INVALID_ID = [
  'Transaction refused because of an invalid argument. See additional error messages for details.',
  'The transaction id is not valid',
] as const;

export function failure(code: string, short: string, long = short): NvpFields {
  return { ACK: 'Failure', L_ERRORCODE0: code, L_SHORTMESSAGE0: short, L_LONGMESSAGE0: long, L_SEVERITYCODE0: 'Error' };
}

/** As PayPal writes it: every sign escaped in small letters, dots and hyphens too. */
export function encodeNvp(fields: NvpFields): string {
  const all: NvpFields = {
    TIMESTAMP: '2026-03-12T09:00:00Z',
    CORRELATIONID: '7eefd6b5c1f7a',
    VERSION: '124',
    BUILD: '1',
    ...fields,
  };
  const escape = (text: string) =>
    Array.from(Buffer.from(text), (byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
    }).join('');
  return Object.entries(all)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escape(value)}`]))
    .join('&');
}
