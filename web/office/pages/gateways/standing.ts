import type { AnswerTo } from '../../api';
import type { Tone } from '../../ui/status';

/** A gateway's card, as this person sees it: some see no details. */
export type Card = AnswerTo<'/v1/gateway-accounts'>['data'][number];

interface Standing {
  readonly tone: Tone;
  /** The id of its sentence. */
  readonly word: string;
}

/** Whether an account takes money, and whether all that we could look at is right. */
export function standingOf({ enabled, checks }: Pick<Card, 'enabled' | 'checks'>): Standing {
  if (!enabled) return { tone: 'bad', word: 'gateways.off' };
  if (checks.some(({ ok }) => ok === false)) return { tone: 'waiting', word: 'gateways.warns' };
  return { tone: 'good', word: 'gateways.works' };
}
