import { Ban, CircleCheck, CircleDot, CircleX, Eye, Hourglass, RotateCcw, Scale } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { Schema } from '../api';
import { t } from '../words';

export type Status = Schema<'Payment'>['status'];
/** What a colour means: third, after the word and its drawing. */
export type Tone = 'good' | 'waiting' | 'bad' | 'person' | 'plain';

const LOOKS: Readonly<Record<Status, readonly [Tone, LucideIcon]>> = {
  created: ['waiting', CircleDot],
  awaiting_payer: ['waiting', Hourglass],
  processing: ['waiting', Hourglass],
  paid: ['good', CircleCheck],
  partially_refunded: ['good', RotateCcw],
  refunded: ['good', RotateCcw],
  disputed: ['person', Scale],
  charged_back: ['bad', RotateCcw],
  failed: ['bad', CircleX],
  cancelled: ['bad', Ban],
  expired: ['bad', Hourglass],
  needs_review: ['person', Eye],
};

/** Where a payment stands. */
export function StatusBadge({ status }: { readonly status: Status }) {
  const [tone, Icon] = LOOKS[status];
  return (
    <span className="badge" data-tone={tone}>
      <Icon size={14} aria-hidden />
      {t(`status.${status}`)}
    </span>
  );
}

/** A word about something, in a colour that repeats what it says. */
export function Tag({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: string }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}
