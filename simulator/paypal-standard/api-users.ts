import { Newest } from '../newest';

/** What an API user shows. */
export interface ApiCredentials {
  readonly username: string;
  readonly password: string;
  readonly signature: string;
}

interface ApiUser extends ApiCredentials {
  /** The seller whose user it is, by merchant id; null until it has asked about somebody's transaction. */
  readonly receiverId: string | null;
}

const USERS_KEPT = 1_000;

/** Who may use the classic API. A user seen for the first time is taken at their word, and held to it. */
export class ApiUsers {
  readonly #users = new Newest<ApiUser>(USERS_KEPT);

  /** From now on this is the seller's user. */
  set(credentials: ApiCredentials, receiverId: string): void {
    this.#users.set(credentials.username, { ...credentials, receiverId });
  }

  /** Whether they are who they say. */
  isRight(shown: ApiCredentials): boolean {
    if (shown.username === '' || shown.password === '' || shown.signature === '') return false;
    const known = this.#users.get(shown.username);
    if (known === undefined) this.#users.set(shown.username, { ...shown, receiverId: null });
    return known === undefined || (known.password === shown.password && known.signature === shown.signature);
  }

  /** Whether a seller's transactions are this user's to see. The first ones that a new user asks about make them that seller's. */
  maySee(username: string, receiverId: string): boolean {
    const user = this.#users.get(username);
    if (user?.receiverId === null) this.#users.set(username, { ...user, receiverId });
    return user !== undefined && (user.receiverId === null || user.receiverId === receiverId);
  }

  clear(): void {
    this.#users.clear();
  }
}
