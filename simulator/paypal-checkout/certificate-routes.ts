import { Router } from 'express';
import { answerBadly, type Misbehaviour } from '../misbehaviour';
import { PLACES } from './places';
import { theSigner, type CertificateKind } from './signer';

/** Where certificates are found: PayPal's, and a stranger's at the same host, beside the folder in which alone they may be trusted. */
export function certificateRoutes({ base, misbehaviour }: { base: string; misbehaviour: Misbehaviour }): Router {
  const router = Router();
  router.get('/v1/notifications/certs/:name', async (req, res) => {
    const fault = misbehaviour.take(PLACES.certificate);
    const pem = await find(req.params.name, ['genuine', 'other_name', 'expired']);
    if (fault !== null)
      answerBadly(res, fault.mode, PLACES.certificate, `${base}/paypal/elsewhere/certs/${req.params.name}`);
    else if (pem === null)
      res.status(404).json({ name: 'RESOURCE_NOT_FOUND', message: 'There is no such certificate.' });
    else res.type('application/x-pem-file').send(pem);
  });
  router.get('/elsewhere/certs/:name', async (_req, res) => {
    // Whatever the name: who came by a redirect is shown the stranger's.
    res.type('application/x-pem-file').send((await theSigner()).certificates.stranger.pem);
  });
  return router;
}

async function find(name: string, kinds: readonly CertificateKind[]): Promise<string | null> {
  const { certificates } = await theSigner();
  return kinds.map((kind) => certificates[kind]).find((certificate) => certificate.name === name)?.pem ?? null;
}
