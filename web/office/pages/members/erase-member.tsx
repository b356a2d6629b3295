import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Confirm } from '../../ui/confirm';
import { t } from '../../words';

interface EraseMemberProps {
  readonly member: Schema<'Member'>;
  readonly onClose: () => void;
}

/** What goes and what stays is said before. */
export function EraseMember({ member: { id, name }, onClose }: EraseMemberProps) {
  const erasing = useCommand(
    (_: null, headers) => answerOf(api.DELETE('/v1/members/{id}', { params: { path: { id } }, headers })),
    { changes: ['/v1/members', '/v1/payments'], done: () => t('members.erased_done', { name }), then: onClose },
  );
  return (
    <Confirm
      title={t('members.erase_title', { name })}
      action={t('members.erase_do', { name })}
      onConfirm={() => erasing.run(null)}
      onClose={onClose}
      isRunning={erasing.isRunning}
      trouble={erasing.trouble}
    >
      {t('members.erase_goes')}
      <br />
      {t('members.erase_stays')}
    </Confirm>
  );
}
