-- Letters: what is mailed to people. A row is written in the transaction of what it tells and sent afterwards, so that a mail server that is
-- slow or away delays nothing else.

CREATE TABLE letters (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('invitation', 'member_sign_in', 'password_reset', 'step_up_code', 'recovery', 'money_arrived',
    'money_given_back', 'reminder', 'account_disabled', 'attention_digest')),
  merchant_id text REFERENCES merchants,
  member_id text REFERENCES members,
  locale text CHECK (locale IN ('en', 'fr')), -- null: the member's
  -- To whom and with what the words are filled; it may hold names and the token of a link. Gone as soon as the letter has ended.
  sealed bytea,
  -- The payline or refund that a letter to a member tells of. Such a letter keeps nothing personal: it is filled when it is sent.
  subject_id text,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'refused')),
  answer text, -- what the mail server said last
  tries integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK ((ended_at IS NULL) = (state = 'queued')),
  CHECK (state <> 'queued' OR (sealed IS NULL) <> (subject_id IS NULL)),
  CHECK (state = 'queued' OR sealed IS NULL),
  CHECK (subject_id IS NULL OR member_id IS NOT NULL),
  UNIQUE (kind, subject_id)
);
CREATE INDEX letters_due ON letters (due_at) WHERE state = 'queued';
CREATE INDEX letters_to_forget ON letters (created_at);
CREATE INDEX letters_of_member ON letters (member_id) WHERE member_id IS NOT NULL;

-- A letter to a member about a row that was just written; once per row, and none to a member without an address.
CREATE FUNCTION queue_letter_about(letter text, member text, subject text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO letters (id, kind, merchant_id, member_id, subject_id)
    SELECT 'ltr_' || left(replace(gen_random_uuid()::text, '-', ''), 26), letter, m.merchant_id, m.id, subject
    FROM members m WHERE m.id = member AND m.email IS NOT NULL AND m.erased_at IS NULL
  ON CONFLICT (kind, subject_id) DO NOTHING
$$;

-- Each sum that a cart receives is told once: a payline is written once, whatever is repeated. Only a process that is told of a mail server
-- says so on its connections (quittance.mailing); without one, booking costs what it did.
CREATE FUNCTION tell_money_arrived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM queue_letter_about('money_arrived', NEW.member_id, NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER paylines_tell AFTER INSERT ON paylines FOR EACH ROW
  WHEN (NEW.kind IN ('payment', 'attachment') AND current_setting('quittance.mailing', true) = 'on') EXECUTE FUNCTION tell_money_arrived();

CREATE FUNCTION tell_money_given_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM queue_letter_about('money_given_back', NEW.member_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER refunds_made_tell AFTER INSERT ON refunds FOR EACH ROW
  WHEN (NEW.status = 'succeeded' AND NEW.member_id IS NOT NULL AND current_setting('quittance.mailing', true) = 'on') EXECUTE FUNCTION tell_money_given_back();
CREATE TRIGGER refunds_settled_tell AFTER UPDATE OF status ON refunds FOR EACH ROW
  WHEN (NEW.status = 'succeeded' AND OLD.status <> 'succeeded' AND NEW.member_id IS NOT NULL AND current_setting('quittance.mailing', true) = 'on')
  EXECUTE FUNCTION tell_money_given_back();

-- ---------------------------------------------------------------- reminders

-- A member whom the merchant asked to be reminded of what is due. Whether they are is decided when the letter would leave, and what was
-- decided stays here.
CREATE TABLE reminders (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  member_id text NOT NULL REFERENCES members,
  due_when_asked bigint NOT NULL CHECK (due_when_asked >= 0),
  not_again_days integer NOT NULL CHECK (not_again_days >= 0),
  pay_page text NOT NULL, -- what the address of a pay link begins with
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'refused', 'left_out')),
  reason text CHECK (reason IN ('no_email', 'erased', 'owes_nothing', 'paid_meanwhile', 'payment_under_way', 'reminded_recently')),
  created_at timestamptz NOT NULL DEFAULT now(),
  decided_at timestamptz,
  CHECK ((reason IS NOT NULL) = (state = 'left_out')),
  CHECK ((decided_at IS NULL) = (state = 'queued'))
);
CREATE INDEX reminders_of_merchant ON reminders (merchant_id, sequence);
CREATE INDEX reminders_of_member ON reminders (member_id, decided_at);
-- Of two that ask at once, one asks.
CREATE UNIQUE INDEX reminders_one_queued ON reminders (member_id) WHERE state = 'queued';
