-- Staff: who signs in, what they may do at which merchant, and how they come in.

-- What the sign-in (better-auth) keeps, in a schema of its own: a table of its is never taken for one of ours. Written by its own
-- `compileMigrations()`; its names of columns are its own. Tokens of sessions stand here as they are: a cookie carries a signature beside
-- its token, with a key that is not in the database, so who reads this table can make no cookie.
CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS 'what the sign-in of staff keeps: people, passwords, second factors and sessions';
CREATE TABLE auth."user" (
  "id" text NOT NULL PRIMARY KEY,
  "name" text NOT NULL,
  "email" text NOT NULL UNIQUE,
  "emailVerified" boolean NOT NULL,
  "image" text,
  "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "twoFactorEnabled" boolean
);
CREATE TABLE auth.session (
  "id" text NOT NULL PRIMARY KEY,
  "expiresAt" timestamptz NOT NULL,
  "token" text NOT NULL UNIQUE,
  "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamptz NOT NULL,
  "ipAddress" text,
  "userAgent" text,
  "userId" text NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE
);
CREATE TABLE auth.account (
  "id" text NOT NULL PRIMARY KEY,
  "accountId" text NOT NULL,
  "providerId" text NOT NULL,
  "userId" text NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  "password" text,
  "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamptz NOT NULL
);
CREATE TABLE auth.verification (
  "id" text NOT NULL PRIMARY KEY,
  "identifier" text NOT NULL,
  "value" text NOT NULL,
  "expiresAt" timestamptz NOT NULL,
  "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE auth."twoFactor" (
  "id" text NOT NULL PRIMARY KEY,
  "secret" text NOT NULL,
  "backupCodes" text NOT NULL,
  "userId" text NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE,
  "verified" boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz
);
CREATE INDEX "session_userId_idx" ON auth.session ("userId");
CREATE INDEX "account_userId_idx" ON auth.account ("userId");
CREATE INDEX "verification_identifier_idx" ON auth.verification ("identifier");
CREATE INDEX "twoFactor_secret_idx" ON auth."twoFactor" ("secret");
CREATE INDEX "twoFactor_userId_idx" ON auth."twoFactor" ("userId");

-- What a person may do at a merchant. It gates money, so it is ours and not the sign-in's.
CREATE TABLE staff_roles (
  merchant_id text NOT NULL REFERENCES merchants (id),
  person_id text NOT NULL REFERENCES auth."user" (id),
  role text NOT NULL CHECK (role IN ('owner', 'treasurer', 'desk', 'accountant')),
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (merchant_id, person_id)
);
CREATE INDEX staff_roles_of_person ON staff_roles (person_id, sequence);
COMMENT ON TABLE staff_roles IS 'what a person may do at a merchant';

-- What a session is doing beside being signed in: the merchant it works for, and until when its person has proven anew who they are.
CREATE TABLE staff_sessions (
  session_id text PRIMARY KEY REFERENCES auth.session (id) ON DELETE CASCADE,
  merchant_id text REFERENCES merchants (id),
  stepped_up_until timestamptz,
  code_hash bytea,
  code_expires_at timestamptz
);
COMMENT ON TABLE staff_sessions IS 'the merchant that a session of staff works for, and until when its person has proven anew who they are';

-- A session begins at the merchant where its person has been for longest; none where there is none.
CREATE FUNCTION begin_staff_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.staff_sessions (session_id, merchant_id)
    VALUES (NEW.id, (SELECT merchant_id FROM public.staff_roles WHERE person_id = NEW."userId" ORDER BY sequence LIMIT 1));
  RETURN NULL;
END $$;
CREATE TRIGGER session_begun AFTER INSERT ON auth.session FOR EACH ROW EXECUTE FUNCTION begin_staff_session();

-- A process that remembers sessions and roles hears that one ended as they hear it of keys: by the count that stands in one row. Each table is named
-- in full, since the sign-in's connections see its own schema alone.
CREATE FUNCTION count_staff_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.key_revocations SET counted = counted + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER session_ended AFTER DELETE OR UPDATE OF "expiresAt" ON auth.session
  FOR EACH STATEMENT EXECUTE FUNCTION count_staff_revocation();
CREATE TRIGGER staff_role_ended AFTER DELETE OR UPDATE OF role ON staff_roles
  FOR EACH STATEMENT EXECUTE FUNCTION count_staff_revocation();
CREATE TRIGGER staff_session_moved AFTER UPDATE OF merchant_id ON staff_sessions
  FOR EACH STATEMENT EXECUTE FUNCTION count_staff_revocation();

-- A letter to somebody who is to be one of a merchant's people. Only the hash of its link is kept.
CREATE TABLE invitations (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants (id),
  email text NOT NULL CHECK (email = lower(email)),
  role text NOT NULL CHECK (role IN ('owner', 'treasurer', 'desk', 'accountant')),
  token_hash bytea NOT NULL UNIQUE,
  invited_by text, -- a person; null: the operator, or a recovery
  letter_id text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  withdrawn_at timestamptz,
  CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
);
CREATE INDEX invitations_open ON invitations (merchant_id, sequence) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
COMMENT ON TABLE invitations IS 'letters to those who are to be among a merchant''s people';

-- A merchant whose owners cannot come in any more: who is invited as owner when none of them has objected in time.
CREATE TABLE recoveries (
  merchant_id text PRIMARY KEY REFERENCES merchants (id),
  email text NOT NULL CHECK (email = lower(email)),
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL
);
COMMENT ON TABLE recoveries IS 'merchants whose owners cannot come in: who is invited as owner unless one of them objects in time';
