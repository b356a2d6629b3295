import { Router } from 'express';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { loadPayment } from '../../books/facts';
import type { Database } from '../../prisma/client';
import type { Tokens } from '../auth';
import type { Inbox } from '../inbox';
import { notFound } from '../problems';

/** Pages for a payer's browser: where the gateway sends it back. They command nothing and believe nothing of the query. */
export function pageRoutes({ db, inbox, tokens, log }: { db: Database; inbox: Inbox; tokens: Tokens; log: Logger }): Router {
  const router = Router();
  for (const which of ['return', 'cancel'] as const) {
    router.all(`/${which}/:id`, async (req: Request<{ id: string }>, res: Response) => {
      const payment = await loadPayment(db, req.params.id);
      if (!payment) throw notFound('payment');
      const query = new URL(req.originalUrl, 'http://localhost').search.slice(1);
      if (new URLSearchParams(query).has('tx')) {
        const raw = { channel: 'pdt' as const, headers: {}, body: Buffer.from(query) };
        await inbox
          .receive({ accountId: payment.terms.accountId, gateway: payment.terms.gateway }, raw, payment.terms.id)
          .catch((error: unknown) => {
            log.warn({ err: error, id: payment.terms.id }, 'a PDT hint was not kept; IPN comes anyway');
          });
      }
      await tokens.mintWatcher(payment.terms.merchantId, payment.terms.id);
      res.status(200).type('html').send('<!doctype html><title>Payment</title>');
    });
  }
  return router;
}
