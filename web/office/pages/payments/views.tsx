import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { answerOf, api, reading } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextBox, Tick } from '../../ui/fields';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { filterOf } from './filter';
import type { PaymentFilter } from './filter';

const sameFilter = (a: PaymentFilter, b: PaymentFilter): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** Filters that were kept under a name: each is a link, which a colleague may be sent. */
export function SavedViews({ filter }: { readonly filter: PaymentFilter }) {
  const { role } = useStanding();
  const { data } = useQuery(reading('/v1/views', { query: { list: 'payments', limit: 100 } }));
  const [isSaving, setSaving] = useState(false);
  const views = data?.data ?? [];
  const open = views.find((view) => sameFilter(filterOf(view.filter), filter));
  const remove = useCommand((id: string) => answerOf(api.DELETE('/v1/views/{id}', { params: { path: { id } } })), {
    changes: ['/v1/views'],
    done: ({ name }) => t('payments.view.removed', { name }),
  });
  const hasFilter = Object.keys(filter).length > 0;
  if (views.length === 0 && !hasFilter) return null;
  return (
    <nav className="views" aria-label={t('payments.views')}>
      {views.map(({ id, name, filter: kept }) => (
        <Link
          key={id}
          to="/payments"
          search={kept}
          className="view"
          aria-current={id === open?.id ? 'true' : undefined}
        >
          {name}
        </Link>
      ))}
      {hasFilter && open === undefined && (
        <Button kind="quiet" onPress={() => setSaving(true)}>
          {t('payments.view.save')}
        </Button>
      )}
      {open !== undefined && (open.mine || role === 'owner') && (
        <Button kind="quiet" onPress={() => remove.run(open.id)} isRunning={remove.isRunning}>
          {t('payments.view.remove', { name: open.name })}
        </Button>
      )}
      <Trouble text={remove.trouble} />
      {isSaving && <SaveView filter={filter} onClose={() => setSaving(false)} />}
    </nav>
  );
}

function SaveView({ filter, onClose }: { readonly filter: PaymentFilter; readonly onClose: () => void }) {
  const { role } = useStanding();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const save = useCommand(
    (body: { name: string; shared: boolean }, headers) =>
      answerOf(api.POST('/v1/views', { body: { ...body, list: 'payments', filter: { ...filter } }, headers })),
    { changes: ['/v1/views'], done: (view) => t('payments.view.saved', { name: view.name }), then: onClose },
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() !== '') save.run({ name: name.trim(), shared });
  };
  return (
    <Dialog title={t('payments.view.save')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <TextBox label={t('payments.view.name')} value={name} onChange={setName} isRequired autoFocus />
        {(role === 'owner' || role === 'treasurer') && (
          <Tick isSelected={shared} onChange={setShared}>
            {t('payments.view.share')}
          </Tick>
        )}
        <Trouble text={save.trouble} />
        <div className="actions">
          <Button type="submit" kind="primary" isRunning={save.isRunning}>
            {t('shell.save')}
          </Button>
          <Button kind="quiet" onPress={onClose}>
            {t('shell.cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
