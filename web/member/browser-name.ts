import { browserOf } from '../shared/browser';
import { t } from './words';

/** A browser as its owner would call it, from what it calls itself. */
export function browserName(userAgent: string | null): string {
  const { browser, system } = browserOf(userAgent);
  if (browser !== undefined && system !== undefined) return t('session.browser', { browser, system });
  return browser ?? system ?? t('session.unknown');
}
