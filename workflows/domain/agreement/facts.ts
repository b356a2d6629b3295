import { derivedId } from '../ids';
import type { Agreement, AgreementFact } from './types';

/** The fact's key inside one agreement; equal keys mean one and the same fact. */
export function agreementKeyOf({ gatewayReference, kind, qualifier }: AgreementFact): string {
  return `${gatewayReference} ${kind} ${qualifier}`;
}

/** Adds what is not known yet; a fact that is known changes nothing. */
export function evolveAgreement(agreement: Agreement, facts: readonly AgreementFact[]): Agreement {
  return { ...agreement, facts: [...agreement.facts, ...freshOf(agreement, facts)] };
}

/** Those of the facts that say something new, each once. */
export function freshOf(agreement: Agreement, facts: readonly AgreementFact[]): readonly AgreementFact[] {
  const known = new Set(agreement.facts.map(agreementKeyOf));
  return facts.filter((fact) => {
    const key = agreementKeyOf(fact);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** The charge of an instalment: told again, the same. */
export const instalmentChargeId = (agreementId: string, number: number): string =>
  derivedId('chg', `${agreementId} ${number}`);
