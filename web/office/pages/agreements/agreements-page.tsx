import type { ReactNode } from 'react';
import { Page } from '../../ui/page';
import { PaymentSides } from '../payments/sides';

interface AgreementsPageProps {
  readonly title: string;
  readonly actions: ReactNode;
  readonly children: ReactNode;
}

/** What is collected by itself, from one of its sides. */
export function AgreementsPage({ title, actions, children }: AgreementsPageProps) {
  return (
    <Page title={title} actions={actions}>
      <PaymentSides />
      {children}
    </Page>
  );
}
