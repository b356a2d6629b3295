import { Ban, CircleCheck, CircleDot, CirclePause, CircleX, Hourglass, RotateCcw } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { Schema } from '../../api';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { t } from '../../words';

type Agreement = Schema<'Agreement'>;

const LOOKS: Readonly<Record<Agreement['status'], readonly [Tone, LucideIcon]>> = {
  created: ['waiting', CircleDot],
  awaiting_payer: ['waiting', Hourglass],
  active: ['good', CircleCheck],
  past_due: ['bad', RotateCcw],
  suspended: ['waiting', CirclePause],
  cancelled: ['plain', Ban],
  completed: ['good', CircleCheck],
  expired: ['bad', Hourglass],
  failed: ['bad', CircleX],
};

/** Where an agreement stands, and whether it asks for a person. */
export function AgreementStanding({ of: { status, attention } }: { readonly of: Agreement }) {
  const [tone, Icon] = LOOKS[status];
  return (
    <span className="actions">
      <span className="badge" data-tone={tone}>
        <Icon size={14} aria-hidden />
        {t(`agreements.status.${status}`)}
      </span>
      {attention !== null && <Tag tone="person">{t('status.needs_review')}</Tag>}
    </span>
  );
}
