import type { GatewayName } from '../../workflows/domain/gateway';
import type { Owner } from './owners';

/** A club of the demo. */
export interface ClubPlan {
  readonly merchant: {
    readonly name: string;
    readonly currency: string;
    readonly country: string;
    readonly locale: string;
  };
  readonly owner: Owner;
  /** Its name at the simulator's receiver. */
  readonly receiver: string;
  readonly accounts: Readonly<Partial<Record<GatewayName, Readonly<Record<string, unknown>>>>>;
  /** Whose pages are shown; the others have no more than their part in the season. */
  readonly members: readonly PlannedMember[];
}

interface PlannedMember {
  readonly name: string;
  readonly charges: readonly (readonly [label: string, category: string, amount: number])[];
}

/** A merchant's books have one currency, and KKiaPay takes XOF only: two clubs. Every name here is nobody's. */
export const CLUBS: readonly [eur: ClubPlan, xof: ClubPlan] = [
  {
    merchant: { name: 'Tennis Club Demo', currency: 'EUR', country: 'FR', locale: 'fr' },
    owner: { email: 'owner@tennis.example', name: 'Odile Owner' },
    receiver: 'tennis-club',
    accounts: {
      'paypal-standard': {
        receiverId: 'DEMOCLUB00001',
        receiverEmails: ['treasurer@club.example'],
        pdtIdentityToken: 'demo-identity-token',
        nvp: { username: 'demo-api', password: 'demo-password', signature: 'demo-signature' },
      },
      'paypal-checkout': { clientId: 'demo-app', clientSecret: 'demo-secret' },
    },
    members: [
      {
        name: 'Anne Martin',
        charges: [
          ['Cotisation 2027', 'cotisation', 12_000],
          ['Assurance', 'assurance', 2_350],
        ],
      },
      {
        name: 'Jörg Müller',
        charges: [
          ['Cotisation 2027', 'cotisation', 12_000],
          ['Sortie au lac', 'sortie', 4_500],
        ],
      },
    ],
  },
  {
    merchant: { name: 'Club de Cotonou Démo', currency: 'XOF', country: 'BJ', locale: 'fr' },
    owner: { email: 'owner@cotonou.example', name: null },
    receiver: 'cotonou-club',
    accounts: {
      kkiapay: {
        publicKey: 'demo-public-key',
        privateKey: 'tpk_demo',
        secret: 'tsk_demo',
        webhookSecret: 'demo-hash-secret',
      },
    },
    members: [
      {
        name: 'Koffi Adjovi',
        charges: [
          ['Cotisation 2027', 'cotisation', 15_000],
          ['Assurance', 'assurance', 2_500],
        ],
      },
    ],
  },
];
