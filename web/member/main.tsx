import type { Messages } from '@lingui/core';
import { render } from 'preact';
import type { PageLanguage } from '../../words/language';
import { AccountPage } from './account';
import { ChoosePage } from './choose';
import { memberOf, readToken } from './kept';
import { MePage } from './me';
import { PaymentsPage } from './payments';
import { Over } from './space';
import type { Space } from './space';
import { watchStanding } from './standing';
import { speak } from './words';

/** Furnishes the page that the server wrote, in its language. */
export function start(language: PageLanguage, messages: Messages): void {
  speak(language, messages);
  const page = document.getElementById('page');
  if (!page) throw new Error('this script is for a page of ours');
  const { page: name = '', base = '', member = '' } = page.dataset;
  if (name === 'standing') watchStanding(page);
  else if (name === 'choose') render(<ChoosePage base={base} />, page);
  else render(pageOf(name, spaceOf(base, member)), page);
}

/** Who is signed in is named by the page; else the token of the address says whose pages these are. */
function spaceOf(base: string, member: string): Space | null {
  if (member !== '') return { credentials: { kind: 'member' }, memberId: member, base };
  // A new link opened in this tab changes nothing but the fragment.
  window.addEventListener('hashchange', () => location.reload());
  const token = readToken();
  const memberId = token === null ? null : memberOf(token);
  return token === null || memberId === null ? null : { credentials: { kind: 'token', token }, memberId, base };
}

function pageOf(name: string, space: Space | null) {
  if (space === null) return <Over />;
  if (name === 'payments') return <PaymentsPage space={space} />;
  return name === 'me' ? <MePage space={space} /> : <AccountPage space={space} />;
}
