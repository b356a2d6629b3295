import type { RequestHandler } from 'express';
import { readForm } from '../form-encoding';
import { bodyOf } from '../request-body';
import { TOKEN_LIFE_S } from './clients';
import { PLACES } from './places';
import { answer, type Reply, type RestDeps } from './rest';

/** `POST /v1/oauth2/token`: a bearer token for an app that shows its secret (RFC 6749, 4.4). */
export function tokenRoute(deps: RestDeps): RequestHandler {
  return async (req, res) => {
    await answer(deps, PLACES.token, res, () =>
      issue(req.get('authorization'), readForm(bodyOf(req), 'utf-8')['grant_type'], deps),
    );
  };
}

function issue(authorization: string | undefined, grantType: string | undefined, { clients, clock }: RestDeps): Reply {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const [clientId = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  if (!clients.isRight(clientId, secret.join(':'))) {
    return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } };
  }
  if (grantType !== 'client_credentials') {
    return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'Grant Type is NULL' } };
  }
  const now = clock.now();
  return {
    status: 200,
    body: {
      scope:
        'https://uri.paypal.com/services/payments/realtimepayment https://uri.paypal.com/services/applications/webhooks',
      access_token: clients.issueToken(clientId, now),
      token_type: 'Bearer',
      app_id: 'APP-80W284485P519543T',
      expires_in: TOKEN_LIFE_S,
      nonce: now.toISOString(),
    },
  };
}
