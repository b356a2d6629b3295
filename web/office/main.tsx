import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { Messages } from '@lingui/core';
import { createRoot } from 'react-dom/client';
import type { PageLanguage } from '../../words/language';
import { broughtAnswer } from '../shared/client';
import { addressOf, askedToday, dayIn, MERCHANT, SESSION } from '../shared/today';
import type { Asked } from '../shared/today';
import type { Schema } from './api';
import { queries } from './queries';
import { router } from './routes';
import { speak } from './words';
import type { LaterWords } from './words';

/** Furnishes the page that the server wrote, in its language. */
export function start(language: PageLanguage, messages: Messages, later: LaterWords): void {
  speak(language, messages, later);
  const page = document.getElementById('page');
  if (!page) throw new Error('this script is for a page of ours');
  takeBroughtAnswers();
  createRoot(page).render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

/** What came with the page is known before anything is drawn, so that nothing drawn moves when it comes. */
function takeBroughtAnswers(): void {
  const merchant = broughtAnswer<string>(addressOf(MERCHANT)) as Schema<'Merchant'> | undefined;
  if (merchant !== undefined) queries.setQueryData([MERCHANT.path, {}], merchant);
  const today = merchant === undefined ? [] : askedToday(dayIn(merchant.timeZone, new Date()));
  for (const asked of [SESSION, ...today]) {
    const answer: unknown = broughtAnswer<string>(addressOf(asked));
    if (answer !== undefined) queries.setQueryData([asked.path, paramsOf(asked)], answer);
  }
}

const paramsOf = ({ query }: Asked) => (query === undefined ? {} : { query });
