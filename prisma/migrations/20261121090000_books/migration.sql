-- Tables, what the database itself refuses, and the booking functions. Amounts are bigint in the currency's minor unit.

CREATE TYPE late_payment_policy AS ENUM ('credit', 'refund');
CREATE TYPE gateway_environment AS ENUM ('live', 'sandbox', 'simulator');
CREATE TYPE payment_status AS ENUM ('created', 'awaiting_payer', 'processing', 'paid', 'partially_refunded', 'refunded',
  'disputed', 'charged_back', 'failed', 'cancelled', 'expired', 'needs_review');
CREATE TYPE notification_state AS ENUM ('received', 'applied', 'duplicate', 'invalid', 'unmatched', 'attention');
CREATE TYPE notification_channel AS ENUM ('ipn', 'pdt', 'webhook', 'poll');
CREATE TYPE posting_side AS ENUM ('debit', 'credit');
CREATE TYPE entry_kind AS ENUM ('payment_captured', 'fee_charged', 'payment_suspended', 'suspense_accepted', 'suspense_attached', 'credit_used');
CREATE TYPE command_kind AS ENUM ('cancel', 'resolve');
CREATE TYPE outbox_kind AS ENUM ('start', 'notification', 'command');

CREATE DOMAIN currency_code AS char(3) CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN positive_amount AS bigint CHECK (VALUE > 0 AND VALUE <= 9007199254740991);

-- ---------------------------------------------------------------- who

CREATE TABLE merchants (
  id text PRIMARY KEY,
  name text NOT NULL,
  currency currency_code NOT NULL,
  country text,
  chart_of_accounts text NOT NULL DEFAULT 'generic',
  late_payments late_payment_policy NOT NULL DEFAULT 'credit',
  return_origins text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  hash bytea PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

CREATE TABLE members (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  name text NOT NULL,
  email text,
  phone text,
  reference text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX members_of_merchant ON members (merchant_id, sequence);

-- ---------------------------------------------------------------- cart

-- The row that is locked while money is laid on a member's charges; `version` moves with every payline and charge.
CREATE TABLE carts (
  member_id text PRIMARY KEY REFERENCES members,
  version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE TABLE charges (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  member_id text NOT NULL REFERENCES members,
  label text NOT NULL,
  category text NOT NULL CHECK (category <> '' AND category !~ '[[:cntrl:]:]' AND length(category) <= 64),
  amount positive_amount NOT NULL,
  currency currency_code NOT NULL,
  due_on date,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX charges_of_member ON charges (member_id, sequence);

-- ---------------------------------------------------------------- gateways

CREATE TABLE gateway_accounts (
  id text PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  gateway text NOT NULL,
  environment gateway_environment NOT NULL,
  -- The unguessable part of the notification URL; it outlives every change of credentials.
  path_token text NOT NULL UNIQUE,
  credentials bytea NOT NULL,
  key_id text NOT NULL,
  -- Used for new payments only while its required checks hold.
  enabled boolean NOT NULL DEFAULT false,
  disabled_reason text,
  -- What the gateway said when it was last asked about the account: [{ name, ok, detail, remedy, required }].
  checks jsonb NOT NULL DEFAULT '[]',
  checked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (merchant_id, gateway)
);

-- A person was sent to the gateway to let the platform act for them; the way back is bound to this row and to nothing in its query.
CREATE TABLE onboardings (
  tracking_id text PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  gateway text NOT NULL,
  environment gateway_environment NOT NULL,
  return_url text,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz
);

-- ---------------------------------------------------------------- payments and facts

CREATE TABLE payments (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  member_id text NOT NULL REFERENCES members,
  account_id text NOT NULL REFERENCES gateway_accounts,
  gateway text NOT NULL,
  method text,
  amount positive_amount NOT NULL,
  currency currency_code NOT NULL,
  charges text[] NOT NULL DEFAULT '{}',
  late_payments late_payment_policy NOT NULL,
  return_url text,
  cancel_url text,
  next_action jsonb,
  -- What the gateway is to be asked for, where opening needs the network: { asks: 'repeatably' | 'once', order, nextAction? }.
  opening jsonb,
  -- Set before a gateway that must never be asked twice is asked.
  asked_at timestamptz,
  -- The gateway's own id of the checkout.
  checkout_reference text,
  -- Who could be paid when the checkout was opened, so that changed credentials do not orphan a message under way.
  opened_with bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  -- Both derived from the facts by the domain at every recording; kept for lists.
  status payment_status NOT NULL DEFAULT 'created',
  attention text,
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 85);
CREATE INDEX payments_of_merchant ON payments (merchant_id, sequence);
CREATE INDEX payments_of_member ON payments (member_id, sequence);
CREATE UNIQUE INDEX payments_by_checkout ON payments (account_id, checkout_reference) WHERE checkout_reference IS NOT NULL;
-- Before a phone is prompted again, its open prompts are looked for.
CREATE INDEX payments_prompted ON payments (account_id, (opening->'nextAction'->>'to')) WHERE opening->>'asks' = 'once';

-- What gateways said and what we decided. Insert-only; the key is (account, reference, kind, qualifier).
CREATE TABLE facts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id text NOT NULL REFERENCES gateway_accounts,
  gateway_reference text NOT NULL,
  kind text NOT NULL,
  qualifier text NOT NULL DEFAULT '',
  -- The payment it was recorded for; a fact that was bound later has a row in fact_bindings instead.
  payment_id text REFERENCES payments,
  amount positive_amount,
  currency currency_code,
  detail jsonb,
  occurred_at timestamptz,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_id, gateway_reference, kind, qualifier),
  CHECK ((amount IS NULL) = (currency IS NULL))
);
CREATE INDEX facts_of_payment ON facts (payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE fact_bindings (
  fact_id bigint PRIMARY KEY REFERENCES facts,
  payment_id text NOT NULL REFERENCES payments,
  bound_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX fact_bindings_of_payment ON fact_bindings (payment_id);

-- ---------------------------------------------------------------- books

CREATE TABLE ledger_accounts (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  name text NOT NULL,
  currency currency_code NOT NULL,
  UNIQUE (merchant_id, name, currency)
);

CREATE TABLE entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  kind entry_kind NOT NULL,
  -- The fact it books; credit used by a charge books no fact but its own allocation.
  fact_id bigint REFERENCES facts,
  allocation_id bigint,
  payment_id text REFERENCES payments,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  -- The transaction that wrote it: postings of any other are refused.
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  UNIQUE (fact_id, kind),
  CHECK ((fact_id IS NULL) <> (allocation_id IS NULL))
);
CREATE UNIQUE INDEX entries_of_allocation ON entries (allocation_id) WHERE allocation_id IS NOT NULL;
CREATE INDEX entries_of_merchant ON entries (merchant_id, id);
CREATE INDEX entries_of_payment ON entries (payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE postings (
  entry_id bigint NOT NULL REFERENCES entries,
  position smallint NOT NULL,
  account_id int NOT NULL REFERENCES ledger_accounts,
  side posting_side NOT NULL,
  amount positive_amount NOT NULL,
  PRIMARY KEY (entry_id, position)
);
CREATE INDEX postings_of_account ON postings (account_id);

-- A line of the cart that says money was received (later: negative, given back). Born only from a booked fact.
CREATE TABLE paylines (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id text NOT NULL REFERENCES members,
  payment_id text REFERENCES payments,
  fact_id bigint NOT NULL UNIQUE REFERENCES facts,
  amount bigint NOT NULL CHECK (amount <> 0),
  currency currency_code NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX paylines_of_member ON paylines (member_id, id);

-- Which part of a payline pays which charge; what of a payline is allocated nowhere is the member's credit.
CREATE TABLE allocations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payline_id bigint NOT NULL REFERENCES paylines,
  charge_id text NOT NULL REFERENCES charges,
  amount positive_amount NOT NULL,
  UNIQUE (payline_id, charge_id)
);
CREATE INDEX allocations_of_charge ON allocations (charge_id);
ALTER TABLE entries ADD FOREIGN KEY (allocation_id) REFERENCES allocations;

-- ---------------------------------------------------------------- inbox, commands, outbox, idempotency

CREATE TABLE notifications (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  account_id text NOT NULL REFERENCES gateway_accounts,
  dedupe_key bytea NOT NULL,
  channel notification_channel NOT NULL,
  -- Headers and raw bytes, sealed; only verification opens them.
  sealed bytea NOT NULL,
  state notification_state NOT NULL,
  reason text,
  -- The payment it was sent to by its unverified hint, then the one it proved to be about.
  payment_id text REFERENCES payments,
  member_id text REFERENCES members,
  kind text,
  amount bigint,
  currency currency_code,
  gateway_reference text,
  parent_reference text,
  attempts int NOT NULL DEFAULT 0,
  -- A message once called invalid is verified once more when it is sent again.
  reverified boolean NOT NULL DEFAULT false,
  received_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_id, dedupe_key)
) WITH (fillfactor = 80);
CREATE INDEX notifications_of_account ON notifications (account_id, sequence);
-- A payment's page counts its hints before it takes another one.
CREATE INDEX notifications_hinted_on_pages ON notifications (payment_id) WHERE channel IN ('pdt', 'poll');
CREATE INDEX notifications_awaiting_parent ON notifications (account_id, parent_reference) WHERE state = 'unmatched' AND parent_reference IS NOT NULL;

CREATE TABLE commands (
  id text PRIMARY KEY,
  payment_id text NOT NULL REFERENCES payments,
  kind command_kind NOT NULL,
  body jsonb NOT NULL,
  outcome jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What Temporal still has to be told, so that a crash between a commit and a call loses nothing. Rows vanish when done.
CREATE TABLE outbox (
  subject_id text PRIMARY KEY,
  kind outbox_kind NOT NULL,
  payment_id text,
  due_at timestamptz NOT NULL,
  tries int NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX outbox_due ON outbox (due_at);
CREATE INDEX outbox_of_payment ON outbox (payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE idempotency_keys (
  scope bytea NOT NULL,
  key text NOT NULL,
  body_hash bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, key)
);

-- ---------------------------------------------------------------- what the database refuses

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['facts', 'fact_bindings', 'entries', 'postings', 'paylines', 'allocations', 'charges', 'ledger_accounts'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name || '_stay', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name || '_stay_whole', name);
  END LOOP;
END $$;

CREATE FUNCTION refuse_unbalanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE postings_count int; unbalanced record;
BEGIN
  SELECT count(*) INTO postings_count FROM postings WHERE entry_id = NEW.id;
  IF postings_count < 2 THEN
    RAISE EXCEPTION 'entry % has % postings; it needs two or more', NEW.id, postings_count USING ERRCODE = 'check_violation';
  END IF;
  SELECT a.currency, sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) AS off, bool_or(a.merchant_id <> NEW.merchant_id) AS foreign_account
    INTO unbalanced FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE p.entry_id = NEW.id
    GROUP BY a.currency HAVING sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) <> 0 OR bool_or(a.merchant_id <> NEW.merchant_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % is off by % % or touches another merchant''s account', NEW.id, unbalanced.off, unbalanced.currency USING ERRCODE = 'check_violation';
  END IF;
  PERFORM set_config('quittance.entries_checked_in', pg_current_xact_id()::text, true);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_entry();

-- The deferred check runs once, in the transaction that wrote the entry; so no later transaction may add to it, nor this one after the check.
CREATE FUNCTION refuse_late_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM entries WHERE id = NEW.entry_id AND transaction_id = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'entry % was written by another transaction: no posting may be added', NEW.entry_id USING ERRCODE = 'restrict_violation';
  END IF;
  IF current_setting('quittance.entries_checked_in', true) = pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'the entries of this transaction were checked already: no posting may be added' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER postings_in_time BEFORE INSERT ON postings FOR EACH ROW EXECUTE FUNCTION refuse_late_posting();

CREATE FUNCTION stamp_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.transaction_id := pg_current_xact_id(); -- a forged stamp would let a later transaction add postings
  RETURN NEW;
END $$;
CREATE TRIGGER entries_stamp BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION stamp_entry();

-- A cart has one currency, its merchant's, and holds only what concerns its member.
CREATE FUNCTION refuse_foreign_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner record;
BEGIN
  SELECT m.merchant_id, r.currency INTO owner FROM members m JOIN merchants r ON r.id = m.merchant_id WHERE m.id = NEW.member_id;
  IF owner.currency <> NEW.currency THEN
    RAISE EXCEPTION 'this line is in %, and its merchant''s currency is %', NEW.currency, owner.currency USING ERRCODE = 'check_violation';
  END IF;
  IF TG_TABLE_NAME = 'charges' THEN
    IF owner.merchant_id <> NEW.merchant_id THEN
      RAISE EXCEPTION 'charge % is of another merchant''s member', NEW.id USING ERRCODE = 'check_violation';
    END IF;
  ELSIF EXISTS (SELECT FROM payments WHERE id = NEW.payment_id AND member_id <> NEW.member_id) THEN
    RAISE EXCEPTION 'this payline is of another member''s payment %', NEW.payment_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER charges_belong BEFORE INSERT ON charges FOR EACH ROW EXECUTE FUNCTION refuse_foreign_line();
CREATE TRIGGER paylines_belong BEFORE INSERT ON paylines FOR EACH ROW EXECUTE FUNCTION refuse_foreign_line();

-- A payline may not pay more than it is, nor a charge be paid more than it is, nor another member's charge; checked when the transaction ends.
CREATE FUNCTION refuse_overallocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM paylines l JOIN charges c ON c.member_id = l.member_id WHERE l.id = NEW.payline_id AND c.id = NEW.charge_id) THEN
    RAISE EXCEPTION 'payline % would pay another member''s charge', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF (SELECT sum(amount) FROM allocations WHERE payline_id = NEW.payline_id) > (SELECT amount FROM paylines WHERE id = NEW.payline_id) THEN
    RAISE EXCEPTION 'payline % would pay more than it is', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF (SELECT sum(amount) FROM allocations WHERE charge_id = NEW.charge_id) > (SELECT amount FROM charges WHERE id = NEW.charge_id) THEN
    RAISE EXCEPTION 'charge % would be paid more than it is', NEW.charge_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER allocations_fit AFTER INSERT ON allocations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_overallocation();

-- What a payment was agreed to be never changes; only its derived status does. A rotation of the encryption key writes the same
-- account under another key, and says so in its own transaction.
CREATE FUNCTION refuse_changed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.merchant_id, OLD.member_id, OLD.account_id, OLD.gateway, OLD.method, OLD.amount, OLD.currency, OLD.charges, OLD.late_payments,
      OLD.opening, OLD.expires_at, OLD.created_at)
     IS DISTINCT FROM (NEW.id, NEW.merchant_id, NEW.member_id, NEW.account_id, NEW.gateway, NEW.method, NEW.amount, NEW.currency, NEW.charges, NEW.late_payments,
      NEW.opening, NEW.expires_at, NEW.created_at)
     OR OLD.opened_with <> NEW.opened_with AND current_setting('quittance.rotating_keys', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'the terms of payment % are fixed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payments_terms_stay BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_changed_terms();
CREATE TRIGGER payments_stay BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Simulator money and live money never share a book.
CREATE FUNCTION refuse_changed_environment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.environment <> OLD.environment AND EXISTS (SELECT FROM facts f JOIN entries e ON e.fact_id = f.id WHERE f.account_id = OLD.id) THEN
    RAISE EXCEPTION 'account % has books in %', OLD.id, OLD.environment USING ERRCODE = 'restrict_violation', CONSTRAINT = 'environment_has_books';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gateway_accounts_environment BEFORE UPDATE ON gateway_accounts FOR EACH ROW EXECUTE FUNCTION refuse_changed_environment();

-- Timestamps in JSON, as the API writes them: UTC, milliseconds.
CREATE FUNCTION iso(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
