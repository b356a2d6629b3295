import { useState } from 'react';
import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { TextBox } from '../../ui/fields';
import { MemberPicker } from '../../ui/member-picker';
import { Answered } from '../../ui/page';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { Cost, usePreview } from './cost';
import { takesNote, useDoing } from './doing';
import type { Known } from './known';
import { sumOf, wayOf } from './sayings';

interface WayOutProps {
  readonly item: Schema<'AttentionItem'>;
  readonly proposal: Schema<'Proposal'>;
  /** What most people do. */
  readonly isUsual: boolean;
  readonly known: Known;
  readonly isFetching: boolean;
  readonly onDone: () => void;
}

/** One way out: what is pressed, what then happens, and what it costs, before it is pressed. */
export function WayOut({ item, proposal, isUsual, known, isFetching, onDone }: WayOutProps) {
  const way = wayOf(item, proposal);
  const needsMember = proposal.needs.includes('member');
  const [chosen, choose] = useState<{ readonly id: string; readonly name: string } | null>(null);
  const [note, setNote] = useState('');
  const preview = usePreview(proposal);
  const doing = useDoing(way, onDone);
  const whose = needsMember ? chosen?.name : way === 'attach' ? known.member?.name : known.payment?.memberName;
  const values = {
    sum: sumOf(item) ?? '',
    gateway: item.gateway === null ? '' : t(`gateway.${item.gateway}`),
    name: whose ?? '',
  };
  const effect = <p className="note">{t(`attention.effect.${way}`, values)}</p>;
  if (proposal.method === null) return effect;
  const isReady = (!needsMember || chosen !== null) && (preview === null || preview.data !== undefined);
  const { payer = null } = known.message ?? {};
  return (
    <>
      {needsMember && (
        <MemberPicker
          label={t('attention.which_member')}
          sought={payer?.email ?? payer?.name ?? ''}
          onChange={choose}
        />
      )}
      <Button
        kind={isUsual ? 'primary' : 'plain'}
        onPress={() => doing.run({ proposal, note, member: chosen?.id ?? null })}
        isRunning={doing.isRunning}
        isDisabled={!isReady || (doing.answer !== undefined && isFetching)}
        reason={preview?.isLoadingError === true ? t('attention.not_foretold') : null}
      >
        {t(way === 'attach' && values.name === '' ? 'attention.do.attach_nobody' : `attention.do.${way}`, values)}
      </Button>
      {effect}
      {preview !== null && <Answered query={preview}>{(foretold) => <Cost preview={foretold} />}</Answered>}
      {takesNote(way) && <Note value={note} onChange={setNote} />}
      <Trouble text={doing.trouble} />
    </>
  );
}

interface NoteProps {
  readonly value: string;
  readonly onChange: (note: string) => void;
}

/** Why it is decided so, for who wants to write that down. */
function Note({ value, onChange }: NoteProps) {
  const [isOpen, open] = useState(false);
  return isOpen ? (
    <TextBox
      label={t('attention.note')}
      value={value}
      onChange={onChange}
      description={t('attention.note_for')}
      autoFocus
    />
  ) : (
    <Button kind="quiet" onPress={() => open(true)}>
      {t('attention.note_add')}
    </Button>
  );
}
