import { randomBytes } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { byItself, noteChange } from '../../../books/audit';
import { addPerson, giveRole } from '../../../books/people';
import { inTransaction } from '../../../books/sql';
import { newId } from '../../../platform/ids';
import type { Database } from '../../../prisma/client';

/** Somebody of the first club's office, with what they sign in by. */
export interface OfficePerson {
  readonly id: string;
  readonly role: 'treasurer' | 'desk';
  readonly email: string;
  readonly password: string;
}

const OFFICE = [
  { role: 'treasurer', name: 'Thérèse Caron', email: 'treasurer@tennis.example' },
  { role: 'desk', name: 'Désiré Amegan', email: 'desk@tennis.example' },
] as const;

/** Gives a club a treasurer and somebody at the desk, who both have a password already; it is of this data folder alone. */
export async function appointOffice(db: Database, merchantId: string): Promise<readonly OfficePerson[]> {
  const appointed = [];
  for (const { role, name, email } of OFFICE) {
    const [id, password] = [newId('per'), randomBytes(9).toString('base64url')];
    const passwordHash = await hashPassword(password);
    await inTransaction(db, async (tx) => {
      if (!(await addPerson(tx, { personId: id, name, email, passwordHash })))
        throw new Error(`somebody has the address ${email} already`);
      await giveRole(tx, merchantId, id, role);
      await noteChange(tx, byItself({ kind: 'operator', id: null }), {
        ...{ merchantId, action: 'person.role_changed', object: { kind: 'person', id } },
        after: { role },
      });
    });
    appointed.push({ id, role, email, password });
  }
  return appointed;
}
