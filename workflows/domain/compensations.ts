import type { TaskKind } from './turn';

/** How a step that may move money always ends, as a person reads it. */
export interface Compensation {
  readonly step: string;
  readonly canGoWrong: string;
  readonly then: string;
  readonly ends: string;
}

/** One row for every kind of task, total by its type: no step that may move money is without an end. */
export const COMPENSATIONS: Readonly<Record<TaskKind, Compensation>> = {
  verification: {
    step: 'believe a message',
    canGoWrong: 'the gateway does not answer',
    then: 'the message stays stored and is asked about again; nothing is booked before the gateway has said it is true',
    ends: 'by itself',
  },
  opening: {
    step: 'open a checkout',
    canGoWrong: 'the answer is lost; cancelled meanwhile',
    then: 'it is opened under the same key, or looked for; approved all the same after a cancellation it is not captured, and what the gateway takes by itself is late money',
    ends: 'by itself',
  },
  capture: {
    step: 'take approved money (our capture)',
    canGoWrong: 'a cancellation or the deadline comes, or the answer is lost',
    then: 'it is stopped, the gateway is asked what came of it, and money that was taken counts: late money by policy, credit or given back',
    ends: 'by itself',
  },
  lookup: {
    step: 'ask before the payment is closed',
    canGoWrong: 'the gateway does not answer',
    then: 'the payment is not called unpaid; asked again for as long as it takes',
    ends: 'by itself',
  },
  watch: {
    step: 'ask about held money',
    canGoWrong: 'no decision for three days',
    then: 'the payment stays `processing`, and the gateway’s own message decides',
    ends: 'by itself, or a person',
  },
  refund: {
    step: 'ask for a refund',
    canGoWrong: 'answer lost; worker killed; gateway down for days',
    then: 'asked again under the same key, or after a look where the gateway knows no key; the request stands until there is an outcome',
    ends: 'by itself, or `refund_waits_for_funds`',
  },
  refund_watch: {
    step: 'wait for a refund',
    canGoWrong: 'it bounces after it was done; no outcome for a week',
    then: 'the money is ours again and is allocated anew (`refund_failed`); asked about once a day (`refund_slow`)',
    ends: 'a person',
  },
  refund_check: {
    step: 'give a refund up',
    canGoWrong: 'it has moved meanwhile',
    then: 'the gateway is asked first, and only what has not moved is given up',
    ends: 'by itself',
  },
};
