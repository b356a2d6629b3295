import { createContext, useContext } from 'react';
import { reading } from './api';
import type { AnswerTo, Schema } from './api';

export type Session = AnswerTo<'/v1/session'>;
export type Role = NonNullable<Session['role']>;

/** Who is signed in, and for which merchant they work. Pages below the shell have both. */
export interface Standing {
  readonly session: Session;
  readonly merchant: Schema<'Merchant'>;
  readonly role: Role;
}

export const StandingContext = createContext<Standing | null>(null);

/** The merchant, the person and their role; for pages that are shown to staff alone. */
export function useStanding(): Standing {
  const standing = useContext(StandingContext);
  if (standing === null) throw new Error('this page is shown to who works for a merchant');
  return standing;
}

export const sessionReading = reading('/v1/session', {});
export const merchantReading = reading('/v1/merchant', {});
