/** A resource as the document groups its calls. The longest path that a call's path begins with decides. */
interface Tag {
  readonly name: string;
  readonly description: string;
  readonly paths: readonly string[];
}

const TABLE: readonly Tag[] = [
  {
    name: 'Payments',
    description: 'One intent to collect one amount from one member through one gateway, booked exactly once.',
    paths: ['/v1/payments'],
  },
  {
    name: 'Refunds',
    description: 'Money that the merchant gives back; each has its own fate.',
    paths: ['/v1/refunds', '/v1/payments/{id}/refunds', '/v1/payments/{id}/refund-preview'],
  },
  {
    name: 'Disputes',
    description: 'Money that a payer takes back through the gateway or a bank, and the case about it.',
    paths: ['/v1/disputes'],
  },
  {
    name: 'Agreements',
    description: "A member's standing consent to be charged again and again; each instalment is a payment of its own.",
    paths: ['/v1/agreements'],
  },
  { name: 'Offers', description: 'Agreements that members can begin by themselves.', paths: ['/v1/offers'] },
  {
    name: 'Members',
    description: 'Those who pay, and how they sign in.',
    paths: ['/v1/members', '/v1/member-sign-in'],
  },
  {
    name: 'Carts',
    description: 'What each member owes and has paid.',
    paths: ['/v1/members/{id}/cart', '/v1/members/{id}/charges', '/v1/members/{id}/paylines'],
  },
  { name: 'Imports', description: 'Many members or charges at once, from a file.', paths: ['/v1/imports'] },
  {
    name: 'Pay links',
    description: 'Addresses by which anybody can pay for a member.',
    paths: ['/v1/pay-links', '/p'],
  },
  { name: 'Reminders', description: 'Letters to members about what is due.', paths: ['/v1/reminders'] },
  {
    name: 'Gateway accounts',
    description: "The merchant's credentials at gateways, and whether they work.",
    paths: ['/v1/gateway-accounts'],
  },
  {
    name: 'Notifications',
    description: 'What gateways sent, what became of it, and the money that names nobody.',
    paths: ['/v1/notifications', '/hooks'],
  },
  { name: 'Attention', description: 'All that asks for a person, in one queue.', paths: ['/v1/attention'] },
  { name: 'Ledger', description: 'The books: balanced entries that nobody can change.', paths: ['/v1/ledger'] },
  { name: 'Statistics', description: 'Sums over the books.', paths: ['/v1/statistics'] },
  { name: 'Saved views', description: 'Filters of lists under a name, for oneself or for all.', paths: ['/v1/views'] },
  { name: 'Search', description: 'One field that finds whatever is known.', paths: ['/v1/search'] },
  {
    name: 'Events',
    description: 'What happened, in order: to catch up by, or to watch.',
    paths: ['/v1/events'],
  },
  {
    name: 'Webhooks',
    description: "Events sent to the merchant's own systems, signed as Standard Webhooks.",
    paths: ['/v1/webhook-endpoints', '/v1/webhook-deliveries'],
  },
  {
    name: 'Merchants',
    description: 'Who collects money here, and what they decide about it.',
    paths: ['/v1/merchants', '/v1/merchant'],
  },
  { name: 'Keys', description: "Secrets of the merchant's servers, each for what it needs.", paths: ['/v1/keys'] },
  {
    name: 'People',
    description: 'Who works for the merchant, who is invited, and how an owner who lost their way comes back.',
    paths: [
      '/v1/people',
      '/v1/invitations',
      '/v1/merchants/{id}/invitations',
      '/v1/merchants/{id}/recovery',
      '/v1/merchant/recovery',
    ],
  },
  { name: 'Sessions', description: 'Who is signed in, and where they work.', paths: ['/v1/session', '/v1/sessions'] },
  { name: 'Audit', description: 'Who changed what, and from where.', paths: ['/v1/audit'] },
  {
    name: 'Pages',
    description: 'Where the browser of a payer comes back to.',
    paths: ['/return', '/cancel'],
  },
  {
    name: 'Server',
    description: 'This document, and how the process is.',
    paths: ['/openapi.json', '/docs', '/healthz', '/readyz', '/metrics'],
  },
];

export const TAGS: readonly Pick<Tag, 'name' | 'description'>[] = TABLE.map(({ name, description }) => ({
  name,
  description,
}));

const BY_LENGTH = TABLE.flatMap(({ name, paths }) => paths.map((path) => ({ name, path }))).sort(
  (a, b) => b.path.length - a.path.length,
);

/** The tag of a call, by its path in the document's spelling; throws where a path belongs to no resource. */
export function tagOf(path: string): string {
  const found = BY_LENGTH.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (!found) throw new Error(`${path} belongs to no resource of the document: name one in openapi-tags.ts`);
  return found.name;
}
