import type { Schema } from '../../api';
import { t } from '../../words';

/** What a member is called; who was erased is called so in the reader's language. */
export function nameOf({ name, erasedAt }: Pick<Schema<'Member'>, 'name' | 'erasedAt'>): string {
  return erasedAt === null ? name : t('members.erased_name');
}
