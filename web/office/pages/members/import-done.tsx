import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useFilters } from '../../address';
import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { t } from '../../words';

/** A file that was imported, which can be taken back as a whole while nothing of it is paid. */
export function ImportDone({ id }: { readonly id: string }) {
  const [{ count = '0', kind = 'charges' }, filter] = useFilters();
  const [isAsking, ask] = useState(false);
  const taking = useCommand(
    (_: null, headers) => answerOf(api.DELETE('/v1/imports/{id}', { params: { path: { id } }, headers })),
    { changes: ['/v1/members'], then: () => ask(false) },
  );
  const taken = taking.answer?.cancelled;
  const isCharges = kind === 'charges';
  return (
    <section className="card standing" data-tone={taken === undefined ? 'good' : 'plain'}>
      <p className="big" role="status">
        {taken === undefined
          ? t(isCharges ? 'members.import_done_charges' : 'members.import_done_members', { count: Number(count) })
          : t('members.import_taken', { count: taken })}
      </p>
      <div className="actions">
        <Link to="/members" className="pressable primary">
          {t('members.import_see')}
        </Link>
        <Button onPress={() => filter({ made: '', count: '', kind: '' })}>{t('members.import_next')}</Button>
        {isCharges && taken === undefined && <Button onPress={() => ask(true)}>{t('members.import_take')}</Button>}
      </div>
      {isAsking && (
        <Confirm
          title={t('members.import_take')}
          action={t('members.import_take_do')}
          onConfirm={() => taking.run(null)}
          onClose={() => ask(false)}
          isRunning={taking.isRunning}
          trouble={taking.trouble}
        >
          {t('members.import_take_text')}
        </Confirm>
      )}
    </section>
  );
}
