import { createHash, randomInt } from 'node:crypto';
import { inTransaction } from '../../books/sql';
import { isSteppedUp, keepCode, readStanding, stepUp, takeCode } from '../../books/staff-sessions';
import type { Database } from '../../prisma/client';
import type { Caller } from '../http/auth';
import { Problem } from '../http/problems';
import { countLetter } from './letters';
import type { Letters } from './letters';
import { countingFailures } from './limits';
import type { StaffLimits } from './limits';
import type { Passkeys } from './passkeys';
import type { StaffCaller } from './recognition';
import type { SignIn } from './sign-in';

/** For so long somebody has proven who they are. */
const HOLDS_S = 600;
/** A letter needs a minute or two; the code in it is good for as long as what it gives. */
const CODE_HOLDS_S = 600;
const CODE_DIGITS = 8;

export type Proof =
  { readonly password: string } | { readonly code: string } | { readonly passkey: Parameters<Passkeys['isAnswer']>[3] };

/** A person proves anew who they are, by the strongest they have: a second factor, else the password, else a code that was mailed. */
export interface StepUp {
  /** Gives until when it holds; throws where it is wrong, or was too often. */
  prove(caller: StaffCaller, proof: Proof): Promise<Date>;
  /** Has a code mailed; gives where to, as it is shown to the person. */
  sendCode(caller: StaffCaller): Promise<string>;
  /** What a passkey of the person is asked. Throws where they have none. */
  askPasskey(caller: StaffCaller): Promise<NonNullable<Awaited<ReturnType<Passkeys['ask']>>>>;
  holds(caller: Caller): Promise<boolean>;
  /** Whether the caller may change how they prove who they are: with a second factor, only after a step-up. */
  sufficesForProof(caller: StaffCaller): Promise<boolean>;
}

export function createStepUp({
  db,
  signIn,
  passkeys,
  letters,
  limits,
}: {
  readonly db: Database;
  readonly signIn: Pick<SignIn, 'isPassword' | 'isCode'>;
  readonly passkeys: Pick<Passkeys, 'ask' | 'isAnswer'>;
  readonly letters: Letters;
  readonly limits: Pick<StaffLimits, 'stepUp' | 'letters'>;
}): StepUp {
  const merchantOf = (caller: StaffCaller) => (caller.kind === 'staff' ? caller.merchantId : null);

  async function holds(caller: Caller): Promise<boolean> {
    if (caller.kind !== 'staff' && caller.kind !== 'person') return false;
    return isSteppedUp(db, caller.sessionId, merchantOf(caller));
  }

  async function isProven({ personId, sessionId }: StaffCaller, proof: Proof): Promise<boolean> {
    const { user } = await readStanding(db, sessionId);
    if ('passkey' in proof) return passkeys.isAnswer(sessionId, personId, 'step_up', proof.passkey);
    if (user.secondFactor) return 'code' in proof && signIn.isCode(sessionId, proof.code);
    return 'password' in proof
      ? signIn.isPassword(personId, proof.password)
      : takeCode(db, sessionId, hashCode(sessionId, proof.code));
  }

  return {
    async prove(caller, proof) {
      const { personId, sessionId } = caller;
      const isRight = await countingFailures([[limits.stepUp, personId]], () => isProven(caller, proof), Boolean);
      const until = isRight ? await stepUp(db, sessionId, merchantOf(caller), HOLDS_S) : null;
      if (!until) throw new Problem('step_up_failed', 'the password, code or passkey is wrong');
      return until;
    },

    async sendCode({ sessionId, personId }) {
      const { user } = await readStanding(db, sessionId);
      if (user.secondFactor)
        throw new Problem('step_up_failed', 'use your passkey, the code of your second factor, or a backup code');
      letters.refuseWhereOff();
      await countLetter(limits.letters, personId);
      const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
      await inTransaction(db, async (tx) => {
        await keepCode(tx, sessionId, hashCode(sessionId, code), CODE_HOLDS_S);
        await letters.queue(tx, {
          kind: 'step_up_code',
          to: user.email,
          data: { code, minutes: CODE_HOLDS_S / 60 },
        });
      });
      return maskAddress(user.email);
    },

    async askPasskey({ sessionId, personId }) {
      const question = await passkeys.ask(sessionId, personId, 'step_up');
      if (!question) throw new Problem('no_passkey', 'you have no passkey: use your password or a code');
      return question;
    },

    holds,

    async sufficesForProof(caller) {
      const { user } = await readStanding(db, caller.sessionId);
      return !user.secondFactor || holds(caller);
    },
  };
}

/** So few digits would be found from their hash at once; the session's id beside them at least makes it another search for each. */
function hashCode(sessionId: string, code: string): Buffer {
  return createHash('sha256').update(`${sessionId} ${code}`).digest();
}

function maskAddress(email: string): string {
  const [local = '', domain = ''] = email.split('@');
  return `${local.slice(0, 1)}…@${domain}`;
}
