import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { More } from '../../ui/more';
import { Answered, Empty } from '../../ui/page';
import { Table } from '../../ui/table';
import { When } from '../../ui/time';
import { moment, t } from '../../words';
import { NewKeyDialog } from './new-key-dialog';
import { SettingsPage } from './settings-page';

type Key = Schema<'Key'>;

/** By which keys the association's own programs come in. */
export function KeysPage() {
  const [isMaking, setMaking] = useState(false);
  const make = (
    <Button kind="primary" onPress={() => setMaking(true)}>
      {t('keys.make')}
    </Button>
  );
  return (
    <SettingsPage place="keys" actions={make}>
      <p>{t('keys.text')}</p>
      <Keys />
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} />}
    </SettingsPage>
  );
}

function Keys() {
  const { query, more } = useList('/v1/keys', {});
  const [revoking, setRevoking] = useState<Key | null>(null);
  return (
    <section className="card">
      <Answered query={query}>
        {(keys) =>
          keys.length === 0 ? <Empty>{t('keys.empty')}</Empty> : <KeyTable keys={keys} onRevoke={setRevoking} />
        }
      </Answered>
      <More more={more} />
      {revoking !== null && <Revoke of={revoking} onClose={() => setRevoking(null)} />}
    </section>
  );
}

interface KeyTableProps {
  readonly keys: readonly Key[];
  readonly onRevoke: (key: Key) => void;
}

function KeyTable({ keys, onRevoke }: KeyTableProps) {
  return (
    <Table
      caption={t('settings.keys')}
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        { key: 'name', title: t('keys.name'), isName: true, cell: ({ name }) => name },
        {
          key: 'secret',
          title: t('keys.secret'),
          cell: ({ last4 }) => (last4 === null ? '–' : <code>{`sk_…${last4}`}</code>),
        },
        {
          key: 'scopes',
          title: t('keys.scopes'),
          cell: ({ scopes }) => scopes.map((scope) => t(`scope.${scope}`)).join(', '),
        },
        {
          key: 'used',
          title: t('keys.used'),
          cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('keys.never_used') : <When at={lastUsedAt} />),
        },
        {
          key: 'until',
          title: t('keys.until'),
          cell: ({ expiresAt }) => (expiresAt === null ? t('keys.until_revoked') : moment(expiresAt)),
        },
        {
          key: 'actions',
          title: t('people.actions'),
          cell: (key) => (
            <Button kind="quiet" onPress={() => onRevoke(key)} label={t('keys.revoke_of', { name: key.name })}>
              {t('keys.revoke')}
            </Button>
          ),
        },
      ]}
    />
  );
}

function Revoke({ of: { id, name }, onClose }: { readonly of: Key; readonly onClose: () => void }) {
  const command = useCommand(
    (key: string, headers) => answerOf(api.DELETE('/v1/keys/{id}', { params: { path: { id: key } }, headers })),
    { changes: ['/v1/keys'], done: () => t('keys.revoked', { name }), then: onClose },
  );
  return (
    <Confirm
      title={t('keys.revoke_of', { name })}
      action={t('keys.revoke_of', { name })}
      onConfirm={() => command.run(id)}
      onClose={onClose}
      isRunning={command.isRunning}
      trouble={command.trouble}
    >
      {t('keys.revoke_text')}
    </Confirm>
  );
}
