import { Refusal, Unreachable } from '../shared/client';
import { isSaid, language, t } from './words';

/** What went wrong with a call, in the reader's language: what, and what to do next. */
export function sentenceFor(error: unknown): string {
  if (error instanceof Unreachable) return t('trouble.unreachable');
  if (!(error instanceof Refusal)) return t('trouble.unknown');
  if (error.code === 'invalid_request' && error.errors.length > 0)
    return t('trouble.fields', { fields: error.errors.map(({ path, message }) => `${path}: ${message}`).join(' · ') });
  const id = `problem.${error.code}`;
  const sentence = isSaid(id) ? t(id) : t('trouble.refused', { code: error.code });
  // The detail is English, and names what this case is about.
  return language() === 'en' && error.message !== '' ? `${sentence} (${error.message})` : sentence;
}
