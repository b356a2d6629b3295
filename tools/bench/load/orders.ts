import type { GatewayName } from '../../../workflows/domain/gateway';
import type { Yardstick } from '../yardstick/messages';

/** What the load generator can be told to do, and what it answers. It is a process of its own, so that its work disturbs no clock but its own. */
export interface Orders {
  /** Listens for the yardstick worker's word that an empty activity ran; answers the port. */
  listen: { order: null; answer: number };
  /** Payments end to end over HTTP, so many at once. */
  payments: { order: Shift & { readonly shop: PaypalShop; readonly databaseUrl: string }; answer: Pace };
  /** Empty workflows, so many at once. */
  yardstick: { order: Shift & { readonly address: string; readonly kind: Yardstick }; answer: Pace };
  /** Opens payments that nobody pays; answers how many. */
  openings: { order: { readonly shop: Shop; readonly count: number; readonly inFlight: number }; answer: number };
  /** The same through one gateway of the simulator, whose people pay. */
  counterPayments: {
    order: Shift & { readonly counter: Counter; readonly payer: string; readonly databaseUrl: string };
    answer: Pace;
  };
  /** So many payments through one gateway of the simulator; answers which were booked. */
  counterSales: {
    order: Batch & {
      readonly counter: Counter;
      readonly payer: string;
      readonly count: number;
      readonly databaseUrl: string;
    };
    answer: { readonly pace: Pace; readonly paymentIds: readonly string[] };
  };
  /** Gives all money of these payments back, as the merchant's server asks for it, from POST until it is booked. */
  counterRefunds: {
    order: Batch & {
      readonly shop: Shop;
      readonly paymentIds: readonly string[];
      readonly databaseUrl: string;
    };
    answer: Pace;
  };
  /** Prompts that nobody answers; answers when each was opened, in milliseconds since 1970. */
  prompts: {
    order: { readonly shop: Shop; readonly count: number; readonly inFlight: number };
    answer: readonly number[];
  };
  /** One shop's payments, one after the other, alone and beside a flood of forged messages at another shop's address. */
  flood: {
    order: {
      readonly shop: PaypalShop;
      readonly flooded: PaypalShop;
      readonly about: Flood;
      readonly messages: number;
      readonly measureMs: number;
      readonly databaseUrl: string;
    };
    answer: {
      readonly alone: Times;
      readonly whileItComes: Times;
      readonly whileItWaits: Times;
      readonly refused: Readonly<Record<string, number>>;
      readonly floodSeconds: number;
    };
  };
  /** Notifications at fixed times, whether or not earlier ones were answered. */
  notifications: {
    order: {
      readonly shop: PaypalShop;
      readonly rate: number;
      readonly durationMs: number;
      readonly paymentIds: readonly string[];
    };
    answer: Acknowledged;
  };
}
export type OrderKind = keyof Orders;

/** From POST /v1/payments to booked. */
export interface Times {
  readonly payments: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What the messages of a flood name. */
export type Flood = 'nothing' | 'own payments';

/** Where and as whom to pay. */
export interface Shop {
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly notificationUrl: string;
  readonly members: readonly string[];
}
/** A shop that PayPal's messages are written for here, without PayPal. */
export interface PaypalShop extends Shop {
  readonly receiverId: string;
  readonly receiverEmail: string;
}

/** A shop's counter at one gateway of the simulator. */
export interface Counter {
  readonly gateway: GatewayName;
  readonly shop: Shop;
  readonly simulatorUrl: string;
}

/** So many at once: first a while that does not count, then one that does (both at least so long), then all that was begun is finished. */
export interface Shift {
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** A number of things to do, so many at once; what is measured begins when `warmUp` of them are done. */
export interface Batch {
  readonly inFlight: number;
  readonly warmUp: number;
}

export interface Pace {
  /** Finished inside the measured while. */
  readonly done: number;
  readonly seconds: number;
  readonly failed: number;
  readonly firstFailure: string | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Acknowledged {
  readonly offered: number;
  /** Answers with 200, per second of the time until the last answer. */
  readonly accepted: number;
  readonly perSecond: number;
  /** By status, or by the error's code where none came. */
  readonly refused: Readonly<Record<string, number>>;
  /** From the time it was due until the answer, so that a queue in front of the server is not overlooked. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** How late the generator itself was; its part in the figures above. */
  readonly ownDelayP99Ms: number;
}

/** Between the bench and the generator. */
export type ToGenerator = {
  readonly [Kind in OrderKind]: { readonly kind: Kind; readonly order: Orders[Kind]['order'] };
}[OrderKind];
export type FromGenerator =
  /** The measured while begins or ends now. */
  | { readonly mark: 'begun' | 'ended' }
  | { readonly answer: Orders[OrderKind]['answer'] }
  | { readonly failure: string };
