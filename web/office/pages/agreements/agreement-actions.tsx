import { useState } from 'react';
import type { Schema } from '../../api';
import { announce } from '../../ui/announcements';
import { Button } from '../../ui/button';
import { copyText } from '../../ui/copy';
import { t } from '../../words';
import { whyNot } from '../payments/why';
import { ChangeAmount } from './change-amount';
import { CommandDialog } from './command-dialog';
import type { Command } from './command-dialog';

type Agreement = Schema<'Agreement'>;
type Opened = Command | 'change_amount';

const ORDER: readonly Opened[] = ['resumption', 'suspension', 'change_amount', 'cancel'];

/** What can be done with it now; and what can be done at the gateway’s site only, with where that is. */
export function AgreementActions({ agreement }: { readonly agreement: Agreement }) {
  const [opened, open] = useState<Opened | null>(null);
  const close = () => open(null);
  const shown = ORDER.flatMap((kind) => {
    const action = agreement.actions.find((one) => one.kind === kind);
    const isShown = action !== undefined && (action.allowed || action.code === 'agreement_at_gateway_only');
    return isShown ? [{ ...action, kind }] : [];
  });
  const copy = () => copyText(location.origin + location.pathname, () => announce(t('shell.copied'), 'good'));
  return (
    <>
      <div className="actions">
        {shown.map((action) => (
          <Button
            key={action.kind}
            kind={action.kind === 'resumption' && action.allowed ? 'primary' : 'plain'}
            onPress={() => open(action.kind)}
            reason={action.allowed ? null : whyNot(action)}
          >
            {t(`agreements.do.${action.kind}`)}
          </Button>
        ))}
        <Button kind="quiet" onPress={copy}>
          {t('payments.copy_link')}
        </Button>
        <a className="pressable quiet" href={agreement.temporalUrl} target="_blank" rel="noreferrer">
          {t('payments.run')}
        </a>
      </div>
      {opened === 'change_amount' && <ChangeAmount agreement={agreement} onClose={close} />}
      {opened !== null && opened !== 'change_amount' && (
        <CommandDialog agreement={agreement} command={opened} onClose={close} />
      )}
    </>
  );
}
