import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
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
    <Dialog title={t('members.erase_title', { name })} onClose={onClose}>
      <p>{t('members.erase_goes')}</p>
      <p>{t('members.erase_stays')}</p>
      {erasing.trouble !== null && (
        <p className="error" role="alert">
          {erasing.trouble}
        </p>
      )}
      <div className="actions">
        <Button kind="danger" onPress={() => erasing.run(null)} isRunning={erasing.isRunning}>
          {t('members.erase_do', { name })}
        </Button>
        <Button onPress={onClose}>{t('shell.cancel')}</Button>
      </div>
    </Dialog>
  );
}
