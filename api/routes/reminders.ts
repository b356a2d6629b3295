import { noteChange } from '../../books/audit';
import { askReminders, listReminders, notMembers } from '../../books/reminders';
import type { ReminderRow } from '../../books/reminders';
import type { Database } from '../../prisma/client';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { askedReminders, newReminders, reminder } from '../http/reminder-schemas';

interface ReminderDependencies {
  readonly db: Database;
  readonly publicUrl: string;
  readonly mailConfigured: boolean;
}

/** Members are reminded by letter of what is due. */
export function reminderRoutes({ db, publicUrl, mailConfigured }: ReminderDependencies) {
  const payPage = `${publicUrl}/p/`;
  return [
    route({
      operationId: 'remindMembers',
      method: 'post',
      path: '/v1/reminders',
      summary: 'Remind members by letter of what is due',
      detail:
        'Who really is, is decided when the letter leaves: never one who has paid meanwhile, whose payment is under way, or who was reminded a short time ago.',
      right: 'manage_members',
      weight: 'file',
      body: newReminders,
      answers: { 201: askedReminders },
      refusals: ['mail_not_configured', 'not_found'],
      idempotentFor: 'days',
      async handle({ caller: { merchantId }, author, body: { members, notAgainDays }, once }) {
        if (!mailConfigured) throw new Problem('mail_not_configured', 'no letter can leave: MAIL is off');
        const [unknown] = members === undefined ? [] : await notMembers(db, merchantId, members);
        if (unknown !== undefined) throw notFound(`member as ${unknown}`);
        const body = await once(async (tx) => {
          const asked = await askReminders(tx, merchantId, { members: members ?? null, notAgainDays, payPage });
          const after = { members: members ?? 'all who owe', asked };
          const object = { kind: 'merchant', id: merchantId };
          await noteChange(tx, author, { merchantId, action: 'reminders.requested', object, after });
          return { asked };
        });
        return { status: 201, body };
      },
    }),
    route({
      operationId: 'listReminders',
      method: 'get',
      path: '/v1/reminders',
      summary: 'List who was reminded, and who was left out and why, newest first',
      right: 'manage_members',
      query: schemas.noFilter,
      answers: { 200: schemas.list(reminder) },
      async handle({ caller, query }) {
        const rows = await listReminders(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewReminder) };
      },
    }),
  ];
}

function viewReminder({ id, memberId, memberName, due, state, reason, createdAt, decidedAt }: ReminderRow) {
  return {
    id,
    member: memberId,
    memberName,
    due,
    state,
    reason,
    createdAt: createdAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
  };
}
