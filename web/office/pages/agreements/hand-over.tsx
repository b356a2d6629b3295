import { lazy, Suspense } from 'react';
import type { Schema } from '../../api';
import { Copyable } from '../../ui/copy';
import { t } from '../../words';
import { whoOf } from './sayings';

// Drawing weighs more than the rest of the page.
const Qr = lazy(() => import('../../ui/qr').then(({ Qr: shown }) => ({ default: shown })));

/** The address at which the payer agrees; null: there is none now. PayPal reads the fields of its form from an address as well. */
export function linkOf({ nextAction }: Pick<Schema<'Agreement'>, 'nextAction'>): string | null {
  if (nextAction?.kind === 'redirect') return nextAction.url;
  if (nextAction?.kind === 'form') return `${nextAction.action}?${new URLSearchParams(nextAction.fields).toString()}`;
  return null;
}

interface HandOverProps {
  readonly agreement: Schema<'Agreement'>;
  readonly link: string;
}

/** The link that the member is to be given, to be read from this screen or sent. */
export function HandOver({ agreement, link }: HandOverProps) {
  const name = whoOf(agreement);
  return (
    <>
      <Suspense>
        <Qr text={link} label={t('agreements.qr', { name })} />
      </Suspense>
      <p>
        <Copyable text={link} label={t('agreements.link', { name })} />
      </p>
    </>
  );
}
