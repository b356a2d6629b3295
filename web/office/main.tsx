import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { Messages } from '@lingui/core';
import { createRoot } from 'react-dom/client';
import type { PageLanguage } from '../../words/language';
import { broughtAnswer } from '../shared/client';
import { dayIn } from '../shared/days';
import { addressOf, ASKED_BEFORE_PAID, askedToday, MERCHANT, SESSION } from '../shared/today';
import type { Asked } from '../shared/today';
import { queries } from './queries';
import { router } from './routes';
import { merchantReading } from './session';
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
  [SESSION, MERCHANT, ...ASKED_BEFORE_PAID].forEach(take);
  const merchant = queries.getQueryData(merchantReading.queryKey);
  if (merchant !== undefined) askedToday(dayIn(merchant.timeZone, new Date())).forEach(take);
}

function take(asked: Asked): void {
  const answer: unknown = broughtAnswer<string>(addressOf(asked));
  const { path, query } = asked;
  if (answer !== undefined) queries.setQueryData([path, query === undefined ? {} : { query }], answer);
}
