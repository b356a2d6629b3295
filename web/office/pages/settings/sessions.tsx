import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { Answered, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { Table } from '../../ui/table';
import { Ago, When } from '../../ui/time';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { browserWord } from './audit-words';

/** Where the person is signed in; each place is ended at will. */
export function Sessions() {
  const { query } = useList('/v1/sessions', {});
  const end = useCommand(
    (id: string, headers) => answerOf(api.DELETE('/v1/sessions/{id}', { params: { path: { id } }, headers })),
    { changes: ['/v1/sessions'], done: () => t('me.ended') },
  );
  return (
    <Section title={t('me.sessions')}>
      <p>{t('me.sessions_text')}</p>
      <Trouble text={end.trouble} />
      <Answered query={query}>
        {(sessions) => (
          <Table
            caption={t('me.sessions')}
            rows={sessions}
            keyOf={({ id }) => id}
            columns={[
              {
                key: 'where',
                title: t('me.where'),
                isName: true,
                cell: ({ userAgent }) => browserWord(userAgent) ?? t('me.unknown_browser'),
              },
              { key: 'since', title: t('me.since'), cell: ({ createdAt }) => <When at={createdAt} /> },
              { key: 'seen', title: t('me.seen'), cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
              {
                key: 'end',
                title: t('people.actions'),
                cell: ({ id, current, userAgent }) =>
                  current ? (
                    <Tag tone="good">{t('me.this_one')}</Tag>
                  ) : (
                    <Button
                      kind="quiet"
                      onPress={() => end.run(id)}
                      label={t('me.end_of', { where: browserWord(userAgent) ?? t('me.unknown_browser') })}
                    >
                      {t('me.end')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Answered>
    </Section>
  );
}
