import { SCOPES } from '../../books/keys';
import type { Scope } from '../../books/keys';
import { ROLES } from '../../books/people';
import type { Role } from '../../books/people';
import type { Caller } from './auth';
import { Problem } from './problems';

/** Who may do one thing. */
export interface Right {
  /** The platform's own key, and its people. */
  readonly operator: boolean;
  /** What a merchant's key must be for; null: no key at all. */
  readonly scope: Scope | 'any' | null;
  readonly roles: readonly Role[];
  /** Anybody who is signed in, in what is their own; also one who has a role at no merchant. */
  readonly person: boolean;
  /** A member, in what is their own: all of it, or these fields. */
  readonly member: boolean | readonly string[];
  /** The holder of a payment's read-only token, for this payment. */
  readonly payer: boolean;
  /** Whether a person proves anew who they are before it: never, always, or where one of these fields is changed. */
  readonly stepUp: 'never' | 'always' | readonly string[];
}

const NOBODY = {
  operator: false,
  scope: null,
  roles: [],
  person: false,
  member: false,
  payer: false,
  stepUp: 'never',
} as const;

/** The one table of who may what. Every call names its row; routes, document and refusals are made from it. */
export const RIGHTS = {
  make_merchants: { ...NOBODY, operator: true },
  /** The session itself, and which passkeys its person has. */
  own_sessions: { ...NOBODY, person: true },
  /** Where somebody is signed in: a person, or a member. */
  own_browsers: { ...NOBODY, person: true, member: true },
  /** By what the person proves who they are. */
  own_passkeys: { ...NOBODY, person: true, stepUp: 'always' },
  /** A member reads themself, their cart, and what belongs to it. */
  read_payments: { ...NOBODY, scope: 'read', roles: ROLES, member: true },
  watch_payment: { ...NOBODY, scope: 'read', roles: ROLES, member: true, payer: true },
  /** All members, the inbox, and what a command would do. */
  read_work: { ...NOBODY, scope: 'read', roles: ROLES },
  /** Filters of lists, for oneself; sharing one is for owner and treasurer. */
  keep_views: { ...NOBODY, scope: 'admin', roles: ROLES },
  read_merchant: { ...NOBODY, scope: 'any', roles: ROLES },
  read_accounts: { ...NOBODY, scope: 'read', roles: ROLES },
  read_ledger: { ...NOBODY, scope: 'read', roles: ['owner', 'treasurer', 'accountant'] },
  /** Who changed what. */
  read_audit: { ...NOBODY, scope: 'read', roles: ['owner', 'treasurer', 'accountant'] },
  manage_members: { ...NOBODY, scope: 'payments', roles: ['owner', 'treasurer', 'desk'] },
  /** A member says in which language they are written to; the rest is what their merchant knows. Whose e-mail is changed is signed in as who owns the new one. */
  change_members: {
    ...NOBODY,
    scope: 'payments',
    roles: ['owner', 'treasurer', 'desk'],
    member: ['locale'],
    stepUp: ['email'],
  },
  erase_members: { ...NOBODY, scope: 'payments', roles: ['owner', 'treasurer'], stepUp: 'always' },
  /** All that is kept of a member, as a file. */
  hand_out_members: { ...NOBODY, scope: 'read', roles: ['owner', 'treasurer', 'accountant'], stepUp: 'always' },
  start_payments: { ...NOBODY, scope: 'payments', roles: ['owner', 'treasurer', 'desk'], member: true },
  /** What members can begin by themselves, and what becomes of agreements between. */
  manage_agreements: { ...NOBODY, scope: 'payments', roles: ['owner', 'treasurer'] },
  cancel_charges: { ...NOBODY, scope: 'payments', roles: ['owner', 'treasurer'] },
  /** Refunds from asking to giving up, and whatever else decides where money ends. */
  give_back: { ...NOBODY, scope: 'refunds', roles: ['owner', 'treasurer'], stepUp: 'always' },
  /** Messages that a person gives to a member, or puts away. */
  settle_messages: { ...NOBODY, scope: 'refunds', roles: ['owner', 'treasurer'] },
  manage_accounts: { ...NOBODY, scope: 'accounts', roles: ['owner', 'treasurer'], stepUp: 'always' },
  change_merchant: {
    ...NOBODY,
    scope: 'admin',
    roles: ['owner', 'treasurer'],
    stepUp: ['latePayments', 'refundFees', 'returnOrigins'],
  },
  /** The merchant beside this one, for trying out. */
  make_twin: { ...NOBODY, scope: 'admin', roles: ['owner'] },
  read_keys: { ...NOBODY, scope: 'admin', roles: ['owner'] },
  /** Systems that are told of events. */
  read_webhooks: { ...NOBODY, scope: 'admin', roles: ['owner', 'treasurer'] },
  manage_webhooks: { ...NOBODY, scope: 'admin', roles: ['owner', 'treasurer'], stepUp: 'always' },
  manage_keys: { ...NOBODY, scope: 'admin', roles: ['owner'], stepUp: 'always' },
  /** Who is among the merchant's people, and who is invited: a matter of people, and of no key. */
  read_people: { ...NOBODY, roles: ['owner'] },
  manage_people: { ...NOBODY, roles: ['owner'], stepUp: 'always' },
  /** Objecting changes nothing of what is, so it is made easy. */
  object_to_recovery: { ...NOBODY, roles: ['owner'] },
} as const satisfies Readonly<Record<string, Right>>;
export type RightName = keyof typeof RIGHTS;

type KindOf<Row> = Row extends Right
  ? | (Row['operator'] extends true ? 'operator' | 'person' | 'staff' : never)
    | (Row['person'] extends true ? 'person' | 'staff' : never)
    | (Row['roles'] extends readonly [] ? never : 'staff')
    | (Row['scope'] extends null ? never : 'key')
    | (Row['member'] extends false ? never : 'member')
    | (Row['payer'] extends true ? 'watcher' : never)
  : never;

/** A caller of a kind that may have this right. */
export type CallerWith<Name extends RightName> = Extract<Caller, { kind: KindOf<(typeof RIGHTS)[Name]> }>;

/** The caller, who has this right; throws 403, which names who has it. */
export function permit<Name extends RightName>(name: Name, caller: Caller): CallerWith<Name> {
  const right: Right = RIGHTS[name];
  if (!has(right, caller)) throw forbidden(right);
  if (caller.kind === 'staff' && caller.lacksSecondFactor && !right.person)
    throw new Problem('second_factor_required', 'this merchant wants a second factor of you: set one up first');
  return caller as CallerWith<Name>;
}

/** Refuses a member who would change more of what is their own than they may. */
export function refuseFields(name: RightName, caller: Caller, body: unknown): void {
  const right: Right = RIGHTS[name];
  const { member } = right;
  if (caller.kind !== 'member' || typeof member === 'boolean') return;
  if (Object.keys(Object(body) as object).some((field) => !member.includes(field))) throw forbidden(right);
}

function forbidden(right: Right): Problem {
  const may = { roles: right.roles, scopes: scopesOf(right) };
  return new Problem('forbidden', `this call is for: ${describeHolders(right)}`, { may });
}

/** Refuses staff whose page works for another merchant than their session does: whatever it asks is meant for that one. */
export function refuseSwitched(name: RightName, caller: Caller, meant: string | undefined): void {
  const right: Right = RIGHTS[name];
  if (meant === undefined || right.person || (caller.kind !== 'staff' && caller.kind !== 'person')) return;
  if (caller.kind === 'person' || caller.merchantId !== meant)
    throw new Problem('merchant_switched', 'the session works for another merchant now; load the page anew');
}

/** Whether this caller proves anew who they are before they change what `body` names. No key ever does: it has nothing else to prove. */
export function wantsStepUp(name: RightName, caller: Caller, body: unknown): boolean {
  if (caller.kind !== 'staff' && caller.kind !== 'person') return false;
  const { stepUp }: Right = RIGHTS[name];
  if (typeof stepUp === 'string') return stepUp === 'always';
  return stepUp.some((field) => Object.hasOwn(Object(body) as object, field));
}

/** Why this caller does not have this right, as a refusal says it; null: they have it. */
export function lacking(name: RightName, caller: Caller): string | null {
  const right: Right = RIGHTS[name];
  return has(right, caller) ? null : `this call is for: ${describeHolders(right)}`;
}

function has(right: Right, caller: Caller): boolean {
  switch (caller.kind) {
    case 'operator':
      return right.operator;
    case 'key':
      return scopesOf(right).some((scope) => caller.scopes.includes(scope));
    case 'staff':
      return right.roles.includes(caller.role) || hasAnywhere(right, caller);
    case 'person':
      return hasAnywhere(right, caller);
    case 'member':
      return right.member !== false;
    case 'watcher':
      return right.payer;
  }
}

/** What somebody may who is signed in, wherever they work. */
function hasAnywhere(right: Right, { isOperator }: { readonly isOperator: boolean }): boolean {
  return right.person || (right.operator && isOperator);
}

/** Each of these suffices. */
function scopesOf({ scope }: Right): readonly Scope[] {
  if (scope === null) return [];
  if (scope === 'any') return SCOPES;
  return scope === 'admin' ? ['admin'] : [scope, 'admin'];
}

/** In words, for the caller who is refused and for the document. */
export function describeHolders(right: Right): string {
  const scopes = right.scope === 'any' ? 'any scope' : `scope ${scopesOf(right).join(' or ')}`;
  return [
    ...(right.operator ? ['the operator'] : []),
    ...(right.scope === null ? [] : [`a key with ${scopes}`]),
    ...(right.roles.length === 0 ? [] : [`a person as ${right.roles.join(', ')}`]),
    ...(right.person ? ['anybody who is signed in'] : []),
    ...(right.member === false ? [] : [`a member, for ${describeOwn(right.member)}`]),
    ...(right.payer ? ['the token of this payment'] : []),
  ].join('; ');
}

function describeOwn(fields: true | readonly string[]): string {
  return fields === true ? 'what is their own' : `their own ${fields.join(', ')}`;
}
