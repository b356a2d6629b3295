import { useState } from 'react';
import type { Schema } from '../../api';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { More } from '../../ui/more';
import { Answered, Empty, Section } from '../../ui/page';
import { Table } from '../../ui/table';
import { day, t } from '../../words';
import { NewMerchantDialog } from './new-merchant-dialog';
import { OwnerDialog } from './owner-dialog';

type Merchant = Schema<'Merchant'>;
type Task = { readonly kind: 'owner' | 'recovery'; readonly merchant: Merchant } | { readonly kind: 'new' };

/** The associations on the platform, and how their first person comes in. */
export function Merchants() {
  const { query, more } = useList('/v1/merchants', {});
  const [task, setTask] = useState<Task | null>(null);
  const close = () => setTask(null);
  const make = (
    <Button kind="primary" onPress={() => setTask({ kind: 'new' })}>
      {t('platform.make')}
    </Button>
  );
  return (
    <Section title={t('platform.merchants')} actions={make}>
      <Answered query={query}>
        {(merchants) =>
          merchants.length === 0 ? (
            <Empty>{t('platform.empty')}</Empty>
          ) : (
            <MerchantTable merchants={merchants} onTask={setTask} />
          )
        }
      </Answered>
      <More more={more} />
      {task?.kind === 'new' && <NewMerchantDialog onClose={close} />}
      {task !== null && task.kind !== 'new' && (
        <OwnerDialog kind={task.kind} merchant={task.merchant} onClose={close} />
      )}
    </Section>
  );
}

interface MerchantTableProps {
  readonly merchants: readonly Merchant[];
  readonly onTask: (task: Task) => void;
}

function MerchantTable({ merchants, onTask }: MerchantTableProps) {
  return (
    <Table
      caption={t('platform.merchants')}
      rows={merchants}
      keyOf={({ id }) => id}
      columns={[
        { key: 'name', title: t('field.name'), isName: true, cell: ({ name }) => name },
        { key: 'slug', title: t('field.slug'), cell: ({ slug }) => slug },
        { key: 'currency', title: t('field.currency'), cell: ({ currency }) => currency },
        { key: 'since', title: t('platform.since'), cell: ({ createdAt }) => day(createdAt) },
        {
          key: 'actions',
          title: t('people.actions'),
          cell: (merchant) => (
            <div className="actions">
              <Button
                kind="quiet"
                onPress={() => onTask({ kind: 'owner', merchant })}
                label={t('platform.invite_of', { name: merchant.name })}
              >
                {t('platform.invite')}
              </Button>
              <Button
                kind="quiet"
                onPress={() => onTask({ kind: 'recovery', merchant })}
                label={t('platform.recover_of', { name: merchant.name })}
              >
                {t('platform.recover')}
              </Button>
            </div>
          ),
        },
      ]}
    />
  );
}
