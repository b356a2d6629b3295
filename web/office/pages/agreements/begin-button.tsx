import { lazy, Suspense, useState } from 'react';
import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { t } from '../../words';
import { useAgreementRights } from './rights';

// Most who look begin nothing, and finding a member weighs more than the list.
const BeginDialog = lazy(() => import('./begin-dialog'));

interface BeginButtonProps {
  /** For whom it is begun; by default that is asked. */
  readonly member?: Schema<'Member'>;
}

/** Begins an agreement, for those who may. */
export function BeginButton({ member }: BeginButtonProps) {
  const { mayBegin } = useAgreementRights();
  const [isBeginning, setBeginning] = useState(false);
  if (!mayBegin) return null;
  return (
    <>
      <Button kind={member === undefined ? 'primary' : 'plain'} onPress={() => setBeginning(true)}>
        {t('agreements.begin')}
      </Button>
      {isBeginning && (
        <Suspense>
          <BeginDialog {...(member !== undefined && { member })} onClose={() => setBeginning(false)} />
        </Suspense>
      )}
    </>
  );
}
