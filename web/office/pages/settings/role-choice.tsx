import { useId } from 'react';
import type { Role } from '../../session';
import { t } from '../../words';

const ROLES: readonly Role[] = ['owner', 'treasurer', 'desk', 'accountant'];

interface RoleChoiceProps {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** One of the roles, each with what it may do. */
export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  const name = useId();
  return (
    <fieldset className="explained">
      <legend className="label">{t('people.role')}</legend>
      {ROLES.map((role) => (
        <label key={role} className="tick">
          <input type="radio" name={name} checked={role === value} onChange={() => onChange(role)} />
          <span>
            <b>{t(`role.${role}`)}</b>
            <span className="note">{t(`role_may.${role}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
