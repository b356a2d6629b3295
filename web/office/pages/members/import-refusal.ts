import { language, t } from '../../words';

/** What the API says of a line, by the sentence that says it to the reader. */
const SAYINGS: readonly (readonly [RegExp, string])[] = [
  [/^column (\w+): no member has it$/, 'members.row_no_member'],
  [/^column (\w+): \d+ members have it$/, 'members.row_many_members'],
  [/^column (\w+): a member has it$/, 'members.row_is_member'],
  [/^column (amount): .* can be read in two ways/, 'members.row_two_sums'],
  [/^column (amount): not an amount/, 'members.row_no_amount'],
  [/^column reference or email: one must name the member$/, 'members.row_names_nobody'],
  [/^made by this file before$/, 'members.row_made_before'],
  [/^not as many cells as there are columns$/, 'members.row_cells'],
  [/^column (\w+): /, 'members.row_wrong'],
];

/** Why a line is not made, in the reader's language. What is not known is told in English as the API says it. */
export function whyNot(message: string): string {
  for (const [pattern, id] of SAYINGS) {
    const [whole, field] = pattern.exec(message) ?? [];
    if (whole !== undefined) return t(id, field === undefined ? {} : { field: t(`members.field_${field}`) });
  }
  return language() === 'en' ? message : t('members.row_other');
}
