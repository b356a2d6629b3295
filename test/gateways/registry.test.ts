import { worldFor } from '../../activities/gateways/port';
import type { GatewayWorld } from '../../activities/gateways/port';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { CREDENTIAL_FIELDS, GATEWAYS, labelOf, PARTNERSHIPS } from '../../activities/gateways/registry';
import { partnerVariables } from '../../platform/config';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import { memoryCache } from './gateway-context';

const PARTNER: PaypalPartner = {
  environment: 'sandbox',
  partnerId: 'PARTNER000001',
  clientId: 'platform-app',
  clientSecret: 'platform-secret',
};
const WORLD: GatewayWorld = {
  simulatorUrl: 'http://simulator.example',
  simulatorPublicUrl: 'http://simulator.example',
  partners: { 'paypal-checkout': PARTNER },
  fetch: globalThis.fetch,
  now: Date.now,
  cache: memoryCache(),
};

test('a gateway is shown the credentials of the platform as its own partner, and nobody else’s', () => {
  expect(worldFor('paypal-checkout', WORLD).partner).toEqual(PARTNER);
  for (const name of GATEWAY_NAMES.filter((other) => other !== 'paypal-checkout'))
    expect(JSON.stringify(worldFor(name, WORLD))).not.toContain(PARTNER.clientSecret);
});

test('no two gateways look the same to a member who can choose between them', () => {
  const shown = Object.values(GATEWAYS).map(({ label, apart }) => apart ?? label);
  expect(new Set(shown).size).toBe(shown.length);
  for (const name of GATEWAY_NAMES) expect(labelOf(name)).toBe(GATEWAYS[name].label);
  expect(labelOf('a-gateway-of-old')).toBe('a-gateway-of-old');
});

test('headers are kept by the names under which Node gives them, and no gateway keeps all', () => {
  for (const { keptHeaders } of Object.values(GATEWAYS))
    for (const beginning of keptHeaders) expect(beginning).toMatch(/^[a-z][a-z0-9-]{3,}$/);
});

test('whatever a merchant enters is known to the log by name', () => {
  for (const { credentials } of Object.values(GATEWAYS))
    expect(CREDENTIAL_FIELDS).toEqual(expect.arrayContaining(Object.keys(credentials.shape)));
});

test('no two gateways read their partner credentials from one variable', () => {
  const variables = Object.values(PARTNERSHIPS).flatMap(({ variables: names }) => Object.values<string>(names));
  expect(new Set(variables).size).toBe(variables.length);
  expect(Object.keys(partnerVariables(PARTNERSHIPS)).sort()).toEqual([...variables].sort());
});
