import { EVENT_TYPES } from '../../../../workflows/domain/event';
import type { EventType } from '../../../../workflows/domain/event';
import { isSaid, t } from '../../words';

/** What can be heard of, as people say it. */
export const EVENTS: readonly EventType[] = EVENT_TYPES;

export function eventWord(type: string): string {
  const id = `event.${type}`;
  return isSaid(id) ? t(id) : type;
}
