import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { Choice, TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { Secret } from '../../ui/secret';
import { t } from '../../words';
import { COUNTRIES_BY_NAME } from '../settings/places';

type New = Schema<'NewMerchant'>;
const CHARTS = ['generic', 'fr-association', 'ohada'] as const;

/** Makes an association, and shows its first key this once. */
export function NewMerchantDialog({ onClose }: { readonly onClose: () => void }) {
  const [draft, setDraft] = useState<New>({ name: '', currency: 'EUR', chartOfAccounts: 'generic', locale: 'fr' });
  const change = (fields: Partial<New>) => setDraft({ ...draft, ...fields });
  const command = useCommand((body: New, headers) => answerOf(api.POST('/v1/merchants', { body, headers })), {
    changes: ['/v1/merchants'],
  });
  if (command.answer !== undefined)
    return (
      <Dialog title={t('platform.made', { name: command.answer.name })} onClose={onClose}>
        <Secret secret={command.answer.secretKey} warning={t('platform.first_key')} onDone={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={t('platform.make')} onClose={onClose}>
      <Form
        action={t('platform.make')}
        onSend={() => command.run({ ...draft, name: draft.name.trim(), currency: draft.currency.trim().toUpperCase() })}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={draft.name.trim() === ''}
        trouble={command.trouble}
        wrong={command.wrong}
      >
        <TextBox
          label={t('field.name')}
          value={draft.name}
          onChange={(name) => change({ name })}
          error={errorOf(command.wrong, 'name')}
          autoFocus
        />
        <TextBox
          label={t('field.currency')}
          description={t('platform.currency_for')}
          value={draft.currency}
          onChange={(currency) => change({ currency })}
          error={errorOf(command.wrong, 'currency')}
        />
        <Choice
          label={t('field.country')}
          options={COUNTRIES_BY_NAME}
          value={draft.country ?? null}
          onChange={(country) => change({ country })}
          error={errorOf(command.wrong, 'country')}
        />
        <Choice
          label={t('field.locale')}
          options={(['en', 'fr'] as const).map((key) => ({ key, text: t(`language.${key}`) }))}
          value={draft.locale ?? 'fr'}
          onChange={(locale) => change({ locale })}
        />
        <Choice
          label={t('platform.chart')}
          options={CHARTS.map((key) => ({ key, text: t(`chart.${key}`) }))}
          value={draft.chartOfAccounts ?? 'generic'}
          onChange={(chartOfAccounts) => change({ chartOfAccounts })}
        />
      </Form>
    </Dialog>
  );
}
