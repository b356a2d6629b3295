-- What people at a merchant are told and keep: letters about its accounts, endpoints and what waits; saved filters.

-- ---------------------------------------------------------------- letters to a merchant's people

ALTER TABLE letters
  DROP CONSTRAINT letters_kind_check,
  DROP CONSTRAINT letters_check1,
  DROP CONSTRAINT letters_check2,
  ADD COLUMN person_id text REFERENCES auth."user" (id) ON DELETE CASCADE,
  ADD COLUMN told jsonb,
  ADD CONSTRAINT letters_kind_check CHECK (kind IN ('invitation', 'member_sign_in', 'password_reset', 'step_up_code', 'recovery', 'money_arrived',
    'money_given_back', 'reminder', 'account_disabled', 'webhook_disabled', 'attention_digest')),
  ADD CONSTRAINT letters_say_one_thing CHECK (state <> 'queued' OR num_nonnulls(sealed, subject_id, told) = 1),
  ADD CONSTRAINT letters_ended_say_nothing CHECK (state = 'queued' OR (sealed IS NULL AND told IS NULL)),
  ADD CONSTRAINT letters_to_people CHECK (told IS NULL OR (person_id IS NOT NULL AND merchant_id IS NOT NULL));
COMMENT ON COLUMN letters.person_id IS 'to whom of the merchant''s people it goes, as long as they have the role for it; their address is read when it is sent';
COMMENT ON COLUMN letters.told IS 'what a letter to one of the merchant''s people says: of gateways, endpoints and counts, and of nobody; gone as soon as the letter has ended';
CREATE INDEX letters_of_person ON letters (person_id) WHERE person_id IS NOT NULL;

ALTER TABLE merchants ADD COLUMN digested_on date;
COMMENT ON COLUMN merchants.digested_on IS 'the day, by the merchant''s clock, for which it was looked whether its people are to be told of what waits';

-- ---------------------------------------------------------------- saved filters

CREATE TABLE saved_views (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  person_id text REFERENCES auth."user" (id),
  name text NOT NULL,
  list text NOT NULL CHECK (list IN ('payments', 'members', 'refunds', 'notifications', 'disputes')),
  filter jsonb NOT NULL CHECK (jsonb_typeof(filter) = 'object'),
  shared boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (shared OR person_id IS NOT NULL)
);
CREATE INDEX saved_views_of_merchant ON saved_views (merchant_id, sequence);
COMMENT ON TABLE saved_views IS 'the filter of a list under a name, for one of the merchant''s people or for all of them';
COMMENT ON COLUMN saved_views.person_id IS 'who made it; null: a key did';
COMMENT ON COLUMN saved_views.filter IS 'query parameters of the list, as they were written';

-- ---------------------------------------------------------------- passkeys

CREATE TABLE passkeys (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  person_id text NOT NULL REFERENCES auth."user" (id) ON DELETE CASCADE,
  credential_id text NOT NULL UNIQUE,
  public_key bytea NOT NULL,
  counter bigint NOT NULL CHECK (counter >= 0),
  transports text[] NOT NULL DEFAULT '{}',
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);
CREATE INDEX passkeys_of_person ON passkeys (person_id);
COMMENT ON TABLE passkeys IS 'devices by which a person proves who they are, beside their password';
COMMENT ON COLUMN passkeys.credential_id IS 'what the device calls it, in base64url';
COMMENT ON COLUMN passkeys.counter IS 'how often the device says that it was used; one that goes back was copied. Many devices never count';

CREATE TABLE passkey_questions (
  asker text NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('registration', 'step_up', 'sign_in')),
  challenge text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (asker, purpose)
);
CREATE INDEX passkey_questions_to_forget ON passkey_questions (expires_at);
COMMENT ON TABLE passkey_questions IS 'the last question to a device, which it answers once';
COMMENT ON COLUMN passkey_questions.asker IS 'the session, or the sign-in that is half done';

-- The sign-in asks for a second step where "twoFactorEnabled" says so, and knows of codes alone: whoever has a passkey has a second factor,
-- also after their codes were switched off. Each table is named in full, since the sign-in's connections see its own schema alone.
CREATE FUNCTION keep_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."twoFactorEnabled" := EXISTS (SELECT FROM public.passkeys p WHERE p.person_id = NEW.id) OR NEW."twoFactorEnabled";
  RETURN NEW;
END $$;
COMMENT ON FUNCTION keep_second_factor() IS 'whoever has a passkey has a second factor';
CREATE TRIGGER second_factor_kept BEFORE UPDATE OF "twoFactorEnabled" ON auth."user"
  FOR EACH ROW WHEN (NEW."twoFactorEnabled" IS NOT TRUE) EXECUTE FUNCTION keep_second_factor();

CREATE FUNCTION count_passkeys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person text := coalesce(NEW.person_id, OLD.person_id);
BEGIN
  UPDATE auth."user" u SET "twoFactorEnabled" = EXISTS (SELECT FROM public.passkeys p WHERE p.person_id = person)
      OR EXISTS (SELECT FROM auth."twoFactor" t WHERE t."userId" = person AND t.verified IS NOT FALSE)
    WHERE u.id = person;
  -- What processes remember of the person's sessions is no longer so.
  UPDATE public.key_revocations SET counted = counted + 1;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION count_passkeys() IS 'the first passkey of a person is their second factor, and the last one may have been';
CREATE TRIGGER passkeys_counted AFTER INSERT OR DELETE ON passkeys FOR EACH ROW EXECUTE FUNCTION count_passkeys();
