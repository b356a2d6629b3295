import type { RawNotification, Subject } from '../../../activities/gateways/port';
import type { GatewayName, NextAction } from '../../../workflows/domain/gateway';
import type { Money } from '../../../workflows/domain/money';
import type { Asked } from './wire';
import type { Letter } from './post-office';
import type { OpenPayment, Shop } from './shop';

/**
 * One way to pay through one gateway, and how to make everything happen there that the contract is about: with the
 * simulator's control API, never through the gateway's code. `Scenario`s that the gateway does not have say why.
 */
export interface Driver {
  readonly gateway: GatewayName;
  /** Which way, where the gateway has several: `prompt`. */
  readonly way?: string;
  /** The merchant's currency, a price in it, and what the gateway keeps of that from the merchant (0: nothing). Minor units. */
  readonly currency: string;
  readonly amount: number;
  readonly fee: number;
  /** How the payer is reached. */
  readonly handed: NextAction['kind'];
  /** An amount that the gateway cannot write, in a merchant's currency. */
  readonly cannotWrite: { readonly currency: string; readonly amount: number };

  /** A merchant's account that nobody else has; `number` is unique in this process. */
  account(number: number): Account;
  /** What a merchant does in the gateway's own pages, once the account is set here: where messages go, who bears fees. */
  setUp(shop: Shop): Promise<void>;
  /** What a payment is asked with, besides member, gateway and amount. */
  order(shop: Shop): Record<string, unknown>;

  /** The payer pays, and the money is there, or is there for us to take. `over`: money other than what was asked for. */
  pay(
    shop: Shop,
    payment: OpenPayment,
    over?: { readonly amount: number } | { readonly currency: string },
  ): Promise<Visit>;
  /** The payer pays, and the gateway holds the money for the time being. */
  readonly pend: Scenario<(shop: Shop, payment: OpenPayment) => Promise<Visit>>;
  /** What was pending ends. */
  settle(shop: Shop, payment: OpenPayment, visit: Visit, how: 'paid' | 'failed'): Promise<void>;
  /** A try fails, and the payer may try again. */
  readonly tryInVain: Scenario<(shop: Shop, payment: OpenPayment) => Promise<unknown>>;
  /** The payer's no, or the gateway's, that ends the payment. */
  readonly decline: Scenario<(shop: Shop, payment: OpenPayment) => Promise<unknown>>;
  /** All that the gateway writes about one payment that ends paid, oldest first, without that we take part in it. */
  story(shop: Shop, payment: OpenPayment): Promise<Told>;
  /** Whether a payer can pay in a currency that was not asked for. */
  readonly otherCurrency: Scenario<string>;
  /** Whether a look at the gateway finds the money of a payment about which nobody told us anything. */
  readonly foundUntold: Scenario<true>;

  /** Lies about a payment that was not paid, or that say more than was paid; `genuine` is the true message about another one. */
  forge(shop: Shop, payment: OpenPayment, genuine: Letter): readonly Forgery[];

  readonly odd: Oddities;

  /** How money goes back, or why this way to pay has nothing of its own to show there. */
  readonly givingBack: Scenario<GivingBack>;

  /** What the gateway tells of cases and of money that is taken back. */
  readonly afterwards: Scenario<Afterwards>;

  /** What the gateway was made to do for one payment; null where it has no such step. */
  count(shop: Shop, payment: OpenPayment): Promise<{ readonly openings: number | null; readonly takings: number }>;

  /** The name of a call, for people: `capture`. */
  nameCall(asked: Asked): string;
  /** Whether a call asks about money, and not only who wrote a message. */
  asksAboutMoney(asked: Asked): boolean;
  /** Where a message is made to show whose it is, though what it leads to is the same for all. */
  stamp?(letter: Letter, mark: string): Letter;
  unstamp?(text: string): string;
  /** What an answer gives a merchant to show afterwards, by which a call is known to be theirs. */
  handedOut?(asked: Asked, answer: string): string | null;
}

/** A merchant at the simulator, without the rest of the product. */
export interface Till {
  /** The simulator's address. */
  readonly simulator: string;
  readonly account: Account;
  /** Asks the simulator for something, or tells it what happens. */
  control<Body>(method: string, path: string, body?: unknown): Promise<Body>;
}

/** How money goes back at a gateway, and what may come between. */
export interface GivingBack {
  /** A payer's money under this payment id: the gateway's reference of it. */
  charge(till: Till, paymentId: string, money: Money): Promise<string>;
  /** What has gone back of it or is on its way, sum by sum, as the gateway has it. Minor units. */
  given(till: Till, capture: string): Promise<readonly number[]>;
  /** Whether a call may move money. */
  moves(url: string, body: string): boolean;
  /** The next refund is accepted, and not done until it is told to. */
  readonly pend: Scenario<(till: Till) => Promise<unknown>>;
  settle(till: Till, capture: string, how: 'done' | 'failed'): Promise<unknown>;
  /** What was accepted may fail later. */
  readonly fails: Scenario<true>;
  /** The gateway refuses the next refund, in this word. */
  readonly refuse: { readonly word: string; next(till: Till): Promise<unknown> };
  /** The gateway forgets the keys of the refunds that it has made. */
  readonly forget: Scenario<(till: Till) => Promise<unknown>>;
  /** The merchant's balance cannot pay the next refund. */
  readonly wait: Scenario<(till: Till) => Promise<unknown>>;
}

/** What may become of money after it came, and how the gateway tells of it. */
export interface Afterwards {
  /** A payer's money, of which everything that becomes of it is told at `url`. `known`: what the account has come to know by that. */
  charge(
    till: Till,
    paymentId: string,
    money: Money,
    url: string,
  ): Promise<{ readonly capture: string; readonly known: Readonly<Record<string, unknown>> }>;
  /** A payer opens a case; money is taken back; the merchant wins or loses; the merchant gives back, and it is told as a reversal (too). */
  happen(till: Till, capture: string, what: 'case' | 'taken' | 'won' | 'lost' | 'given'): Promise<unknown>;
  /** How many messages tell of what the merchant gives back. */
  readonly tellsOfGiven: 1 | 2;
  readonly channel: RawNotification['channel'];
}

/** What gateways say in the field and no simulator plays: told to the adapter alone, in the gateway's own form. */
export interface Oddities {
  /** What the account has come to know since it was entered, where an answer depends on it. */
  readonly known?: Readonly<Record<string, unknown>>;
  /** A number that can be prompted, where opening means that. */
  readonly phone?: string;
  /** Money came, and what stands for its fee is no number. `money`: its reference. */
  readonly fee: Telling & { readonly money: string };
  /** Money went back, under the reference of what came. */
  readonly givenBack: Telling & { readonly money: string };
  /** All that is told of a payment is that it was reversed, so that nobody knows whether the money ever came. */
  readonly onlyReversed: Scenario<Telling>;
  /** Opening a checkout, or taking approved money, is refused in a word that nobody knows. */
  readonly refused: Scenario<Omit<Telling, 'asked'> & { readonly verb: 'startCheckout' | 'capture' }>;
}
/** A question of ours and what the gateway answers, by the path that is asked and the form that was sent. */
export interface Telling {
  readonly asked: Subject;
  readonly answer: (path: string, sent: URLSearchParams) => Response;
}

/** What a driver can have happen, or why there is no such thing. */
export type Scenario<Thing> = Thing | { readonly none: string };

export function isNone(scenario: Scenario<unknown>): scenario is { readonly none: string } {
  return typeof scenario === 'object' && scenario !== null && 'none' in scenario;
}

export interface Account {
  /** What the merchant enters, without `environment`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Values in them that must be seen nowhere. */
  readonly secrets: readonly string[];
  /** Values by which a call of ours shows that it is this merchant's. */
  readonly marks: readonly string[];
}

/** A payer was at the gateway. */
export interface Visit {
  /** The gateway's id of what the payer did. */
  readonly reference: string;
  /** Where the gateway sends the browser back to, or null: nowhere. */
  readonly returnUrl: string | null;
}
export interface Told {
  readonly letters: readonly Letter[];
  readonly returnUrl: string | null;
}

export interface Forgery {
  readonly lie: string;
  readonly letter: Letter;
  /** `refused` at the door; kept and found `invalid`; or true in what it points at, and so without effect. */
  readonly end: 'refused' | 'invalid' | 'harmless';
}
