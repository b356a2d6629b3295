import { raw } from 'express';
import type { Request, RequestHandler, Response, Router } from 'express';
import type { Database } from '../../prisma/client';
import { isId } from '../../workflows/domain/ids';
import { importFile, takeBack } from '../desks/importing';
import { permit } from '../http/rights';
import { invalid, notFound, Problem } from '../http/problems';
import { refuseOtherMethods, refuseParameters, strictRouter } from '../http/routing';
import type { Authenticate } from '../http/routing';
import * as schemas from '../http/schemas';
import { WEIGHTS } from '../http/weights';

/** Files that bring many members or charges at once. Mounted by hand, because a file is no JSON. */
export function importRoutes({
  db,
  authenticate,
}: {
  readonly db: Database;
  readonly authenticate: Authenticate;
}): Router {
  const readFile: RequestHandler = raw({ type: 'text/csv', limit: '20mb', inflate: false });
  const importerOf = async (merchantId: string) => {
    const { currency } = await db.prisma.merchant.findUniqueOrThrow({
      where: { id: merchantId },
      select: { currency: true },
    });
    return { merchantId, currency };
  };
  const router = strictRouter();

  router.post('/v1/imports', async (req: Request, res: Response) => {
    const { merchantId } = permit('manage_members', await authenticate(req, WEIGHTS.opening));
    const query = schemas.importQuery.safeParse(req.query);
    if (!query.success) throw invalid(query.error.issues, 'query');
    if (!req.is('text/csv')) throw new Problem('unsupported_media_type', 'send the file as text/csv');
    await new Promise<void>((resolve, reject) => {
      void readFile(req, res, (error?: unknown) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
    const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const { kind, dryRun } = query.data;
    res.json(await importFile(db, await importerOf(merchantId), { kind, bytes, dryRun: dryRun !== undefined }));
  });
  refuseOtherMethods(router, '/v1/imports', ['post']);

  router.delete('/v1/imports/:id', async (req: Request<{ id: string }>, res: Response) => {
    const { merchantId } = permit('manage_members', await authenticate(req, WEIGHTS.opening));
    refuseParameters(req);
    const { id } = req.params;
    const taken = isId('imp', id) ? await takeBack(db, await importerOf(merchantId), id) : null;
    if (!taken) throw notFound('import');
    res.json(taken);
  });
  router.route('/v1/imports/:id').all(() => {
    throw new Problem('method_not_allowed', 'this path takes DELETE', { allow: ['DELETE'] });
  });

  return router;
}
