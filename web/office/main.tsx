import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { Messages } from '@lingui/core';
import { createRoot } from 'react-dom/client';
import type { PageLanguage } from '../../words/language';
import { queries } from './queries';
import { router } from './routes';
import { speak } from './words';
import type { LaterWords } from './words';

/** Furnishes the page that the server wrote, in its language. */
export function start(language: PageLanguage, messages: Messages, later: LaterWords): void {
  speak(language, messages, later);
  const page = document.getElementById('page');
  if (!page) throw new Error('this script is for a page of ours');
  createRoot(page).render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}
