import type { Clock } from './clock';
import type { Misbehaviour } from './misbehaviour';
import type { Outbox } from './outbox';

/** What every look-alike is made with. */
export interface LookAlikeDeps {
  /** The path under which a browser finds the simulator. */
  readonly base: string;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly misbehaviour: Misbehaviour;
  readonly resendSpeed: number;
  readonly laterEvents: 'by_themselves' | 'by_hand';
}
