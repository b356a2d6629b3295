import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { keepQuestion, listPasskeys, noteUse, takeQuestion } from '../../books/passkeys';
import type { NewPasskey, Passkey, Purpose } from '../../books/passkeys';
import type { Sql } from '../../books/sql';

/** A person looks for their device, and touches it. */
const QUESTION_HOLDS_S = 300;

/** Asks devices who their person is, and judges what they answer: of this site, to the last question, by a device of this person. */
export interface Passkeys {
  askToRegister(person: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly sessionId: string;
  }): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** What a device that answered so is known by; null: it is not the answer to what was asked. */
  readRegistration(sessionId: string, answer: RegistrationResponseJSON): Promise<Registered | null>;
  /** Null: the person has none. */
  ask(
    asker: string,
    personId: string,
    purpose: Exclude<Purpose, 'registration'>,
  ): Promise<PublicKeyCredentialRequestOptionsJSON | null>;
  isAnswer(
    asker: string,
    personId: string,
    purpose: Exclude<Purpose, 'registration'>,
    answer: AuthenticationResponseJSON,
  ): Promise<boolean>;
}
export type Registered = Pick<NewPasskey, 'credentialId' | 'publicKey' | 'counter' | 'transports'>;

export function createPasskeys({ db, publicUrl }: { readonly db: Sql; readonly publicUrl: string }): Passkeys {
  const { hostname: rpID, origin } = new URL(publicUrl);
  const expected = { expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: false } as const;

  return {
    async askToRegister({ id, name, email, sessionId }) {
      const known = await listPasskeys(db, id);
      const options = await generateRegistrationOptions({
        ...{ rpName: 'Quittance', rpID, userName: email, userDisplayName: name, attestationType: 'none' },
        userID: new Uint8Array(Buffer.from(id)),
        timeout: QUESTION_HOLDS_S * 1_000,
        excludeCredentials: known.map(describe),
        // It comes after the password, so the device need not know whose it is, nor ask for a finger where it cannot.
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
      });
      await keepQuestion(db, sessionId, 'registration', options.challenge, QUESTION_HOLDS_S);
      return options;
    },

    async readRegistration(sessionId, answer) {
      const expectedChallenge = await takeQuestion(db, sessionId, 'registration');
      if (expectedChallenge === null) return null;
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: answer,
        expectedChallenge,
        ...expected,
      }).catch(() => REFUSED);
      if (!verified) return null;
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
      return { credentialId: id, publicKey: Buffer.from(publicKey), counter, transports };
    },

    async ask(asker, personId, purpose) {
      const known = await listPasskeys(db, personId);
      if (known.length === 0) return null;
      const options = await generateAuthenticationOptions({
        rpID,
        timeout: QUESTION_HOLDS_S * 1_000,
        allowCredentials: known.map(describe),
        userVerification: 'preferred',
      });
      await keepQuestion(db, asker, purpose, options.challenge, QUESTION_HOLDS_S);
      return options;
    },

    async isAnswer(asker, personId, purpose, answer) {
      const expectedChallenge = await takeQuestion(db, asker, purpose);
      const passkey = (await listPasskeys(db, personId)).find(({ credentialId }) => credentialId === answer.id);
      if (expectedChallenge === null || !passkey) return false;
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: answer,
        expectedChallenge,
        credential: { ...describe(passkey), publicKey: new Uint8Array(passkey.publicKey), counter: passkey.counter },
        ...expected,
      }).catch(() => REFUSED);
      return verified && noteUse(db, passkey.id, authenticationInfo.newCounter);
    },
  };
}

/** The library throws for each way in which an answer is wrong; the sender is told that it is, and no more. */
const REFUSED = { verified: false, registrationInfo: undefined, authenticationInfo: undefined } as const;

type Described = NonNullable<Parameters<typeof generateAuthenticationOptions>[0]['allowCredentials']>[number];

function describe({ credentialId, transports }: Passkey): Described {
  return { id: credentialId, transports: [...transports] as NonNullable<Described['transports']> };
}
