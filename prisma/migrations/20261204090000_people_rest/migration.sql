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
