import { randomBytes } from 'node:crypto';
import { Newest } from '../newest';

const TOKENS_KEPT = 10_000;
const CLIENTS_KEPT = 1_000;

/** How long a token is good, in seconds: nine hours, as PayPal's usually are. */
export const TOKEN_LIFE_S = 32_400;

export interface Token {
  readonly clientId: string;
  readonly issuedAt: Date;
}

/** REST apps and the tokens they were given. */
export class Clients {
  readonly #secrets = new Newest<string>(CLIENTS_KEPT);
  readonly #tokens = new Newest<Token>(TOKENS_KEPT);

  /** From now on this app has this secret. */
  set(clientId: string, secret: string): void {
    this.#secrets.set(clientId, secret);
  }

  /** Whether an app is who it says. An app seen for the first time is, and is held to the same secret afterwards. */
  isRight(clientId: string, secret: string): boolean {
    if (clientId === '' || secret === '') return false;
    const known = this.#secrets.get(clientId);
    if (known === undefined) this.set(clientId, secret);
    return known === undefined || known === secret;
  }

  issueToken(clientId: string, now: Date): string {
    const token = `A21AA${randomBytes(48).toString('base64url')}`;
    this.#tokens.set(token, { clientId, issuedAt: now });
    return token;
  }

  /** Whose token it is, and since when; null if it is none, or no longer. */
  read(token: string, now: Date): Token | null {
    const known = this.#tokens.get(token);
    const isGood = known !== undefined && now.getTime() < known.issuedAt.getTime() + TOKEN_LIFE_S * 1000;
    return isGood ? known : null;
  }

  expireTokens(): void {
    this.#tokens.clear();
  }

  clear(): void {
    this.#secrets.clear();
    this.#tokens.clear();
  }
}
