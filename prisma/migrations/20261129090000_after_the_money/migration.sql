-- What happens after the money came: refunds, cancelled charges, cases, and money that does not fit. The database still decides
-- nothing: it writes the operations that the domain computed, in their order, and refuses what cannot be.

-- ---------------------------------------------------------------- words that grow

ALTER DOMAIN entry_kind DROP CONSTRAINT entry_kind_check;
ALTER DOMAIN entry_kind ADD CONSTRAINT entry_kind_check CHECK (VALUE IN (
  'payment_captured', 'fee_charged', 'payment_suspended', 'suspense_accepted', 'suspense_attached', 'credit_used', 'payment_refunded',
  'suspense_refunded', 'fee_returned', 'refund_failed', 'charge_cancelled', 'payment_reversed', 'reversal_cancelled', 'dispute_lost',
  'dispute_fee_charged', 'suspense_written_off'));
ALTER DOMAIN command_kind DROP CONSTRAINT command_kind_check;
ALTER DOMAIN command_kind ADD CONSTRAINT command_kind_check CHECK (VALUE IN (
  'cancel', 'resolve', 'refund', 'retry_refund', 'give_up_refund', 'resolve_dispute', 'cancel_charge'));
ALTER DOMAIN outbox_kind DROP CONSTRAINT outbox_kind_check;
ALTER DOMAIN outbox_kind ADD CONSTRAINT outbox_kind_check CHECK (VALUE IN ('start', 'notification', 'command', 'renewal', 'wake', 'look', 'refund'));

CREATE DOMAIN refund_status AS text CHECK (VALUE IN ('pending', 'succeeded', 'failed'));
CREATE DOMAIN refund_origin AS text CHECK (VALUE IN ('merchant', 'policy', 'gateway'));
CREATE DOMAIN refund_fees AS text CHECK (VALUE IN ('merchant', 'payer'));
CREATE DOMAIN dispute_status AS text CHECK (VALUE IN ('open', 'won', 'lost', 'withdrawn'));
CREATE DOMAIN dispute_stage AS text CHECK (VALUE IN ('inquiry', 'claim', 'chargeback', 'reversal'));
CREATE DOMAIN payline_kind AS text CHECK (VALUE IN ('payment', 'refund', 'charge_back', 'reversal_cancelled', 'refund_failed', 'attachment'));

-- ---------------------------------------------------------------- the merchant's day

ALTER TABLE merchants ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC', ADD COLUMN refund_fees refund_fees NOT NULL DEFAULT 'merchant';
UPDATE merchants SET time_zone = zone FROM (VALUES ('FR', 'Europe/Paris'), ('BJ', 'Africa/Porto-Novo'), ('TG', 'Africa/Lome'),
  ('CI', 'Africa/Abidjan'), ('SN', 'Africa/Dakar'), ('BF', 'Africa/Ouagadougou'), ('ML', 'Africa/Bamako'), ('NE', 'Africa/Niamey'),
  ('DE', 'Europe/Berlin'), ('BE', 'Europe/Brussels'), ('CH', 'Europe/Zurich'), ('ES', 'Europe/Madrid'), ('IT', 'Europe/Rome'),
  ('GB', 'Europe/London'), ('LU', 'Europe/Luxembourg')) AS zones (country, zone) WHERE merchants.country = zones.country;

-- ---------------------------------------------------------------- refunds and disputes, as the domain derives them from the facts

CREATE TABLE refunds (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  account_id text NOT NULL REFERENCES gateway_accounts,
  -- Whose money it was: a payment's, or that of a message that names none.
  payment_id text REFERENCES payments,
  notification_id text REFERENCES notifications,
  member_id text REFERENCES members,
  capture_reference text NOT NULL,
  amount positive_amount NOT NULL,
  currency currency_code NOT NULL,
  status refund_status NOT NULL,
  reason text,
  detail text,
  fee_returned bigint NOT NULL DEFAULT 0 CHECK (fee_returned >= 0),
  gateway_reference text,
  origin refund_origin NOT NULL,
  -- The note stays here; the other is read by the payer, where the gateway can send it.
  note text,
  note_to_payer text,
  charges text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  CHECK ((payment_id IS NULL) <> (notification_id IS NULL))
);
CREATE INDEX refunds_of_merchant ON refunds (merchant_id, sequence);
CREATE INDEX refunds_of_payment ON refunds (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX refunds_of_member ON refunds (member_id, sequence) WHERE member_id IS NOT NULL;
-- Twenty who ask at once: one is admitted. The policy's refund and one of the gateway's site are facts by the time they stand here, and facts
-- are always recorded: a refund that was admitted meanwhile is refused by the run.
CREATE UNIQUE INDEX refunds_one_in_flight ON refunds (payment_id) WHERE status = 'pending' AND origin = 'merchant' AND payment_id IS NOT NULL;
CREATE UNIQUE INDEX refunds_one_of_message_in_flight ON refunds (notification_id) WHERE status = 'pending' AND notification_id IS NOT NULL;

CREATE TABLE disputes (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  payment_id text NOT NULL REFERENCES payments,
  member_id text NOT NULL REFERENCES members,
  gateway text NOT NULL,
  capture_reference text NOT NULL,
  gateway_reference text NOT NULL,
  stage dispute_stage NOT NULL,
  reason text NOT NULL,
  status dispute_status NOT NULL,
  amount bigint,
  held bigint NOT NULL CHECK (held >= 0),
  lost bigint NOT NULL CHECK (lost >= 0),
  currency currency_code NOT NULL,
  fee bigint NOT NULL DEFAULT 0,
  answer_by timestamptz,
  gateway_url text,
  opened_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
);
CREATE INDEX disputes_of_merchant ON disputes (merchant_id, sequence);
CREATE INDEX disputes_of_payment ON disputes (payment_id);

-- Every reason to look at a payment, the most urgent first: [{ code, detail }]; `attention` is the code of the first.
ALTER TABLE payments ADD COLUMN attentions jsonb NOT NULL DEFAULT '[]',
  -- How often a paid payment was looked at once more, whose gateway announces no refund made at its own site.
  ADD COLUMN looked_again smallint NOT NULL DEFAULT 0;
CREATE INDEX payments_to_look_at ON payments (gateway, created_at) WHERE status = 'paid' AND looked_again < 2;

-- A command is about a payment, or about a member's charge.
ALTER TABLE commands ALTER COLUMN payment_id DROP NOT NULL, ADD COLUMN member_id text REFERENCES members,
  ADD CHECK (payment_id IS NOT NULL OR member_id IS NOT NULL);

-- ---------------------------------------------------------------- cart: lines below zero, and what they undo

ALTER TABLE paylines ADD COLUMN kind payline_kind NOT NULL DEFAULT 'payment', ADD COLUMN notification_id text REFERENCES notifications;
ALTER TABLE paylines DROP CONSTRAINT paylines_fact_id_key, ADD CONSTRAINT paylines_of_fact UNIQUE (fact_id, kind);
ALTER TABLE paylines DISABLE TRIGGER paylines_stay;
UPDATE paylines l SET kind = 'attachment', notification_id = n.id
  FROM facts f JOIN notifications n ON n.account_id = f.account_id AND n.gateway_reference = f.gateway_reference AND n.member_id IS NOT NULL AND n.kind = 'payment_captured'
  WHERE l.fact_id = f.id AND l.payment_id IS NULL;
ALTER TABLE paylines ENABLE TRIGGER paylines_stay;
ALTER TABLE paylines
  ADD CONSTRAINT paylines_kind_gives_sign CHECK ((amount < 0) = (kind IN ('refund', 'charge_back'))),
  -- A line below zero undoes lines of its own payment or message.
  ADD CONSTRAINT paylines_below_zero_are_of_one CHECK (amount > 0 OR num_nonnulls(payment_id, notification_id) = 1);
CREATE INDEX paylines_of_payment ON paylines (payment_id) WHERE payment_id IS NOT NULL;

-- The same credit may pay the same charge again after it was taken off it.
ALTER TABLE allocations DROP CONSTRAINT allocations_payline_id_charge_id_key;
CREATE INDEX allocations_of_payline ON allocations (payline_id);

-- Which line took which part off which payline: off an allocation, or off what was credit (no allocation). Without a line
-- the part is credit of its payline again, because the charge was cancelled.
CREATE TABLE allocation_undos (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  by_payline_id bigint REFERENCES paylines,
  payline_id bigint NOT NULL REFERENCES paylines,
  allocation_id bigint REFERENCES allocations,
  amount positive_amount NOT NULL,
  fact_id bigint REFERENCES facts,
  command_id text REFERENCES commands,
  CHECK ((fact_id IS NULL) <> (command_id IS NULL)),
  CHECK (by_payline_id IS NOT NULL OR allocation_id IS NOT NULL)
);
CREATE INDEX allocation_undos_of_payline ON allocation_undos (payline_id);
CREATE INDEX allocation_undos_of_allocation ON allocation_undos (allocation_id) WHERE allocation_id IS NOT NULL;
CREATE INDEX allocation_undos_by_payline ON allocation_undos (by_payline_id) WHERE by_payline_id IS NOT NULL;

CREATE TABLE charge_cancellations (
  charge_id text PRIMARY KEY REFERENCES charges,
  fact_id bigint REFERENCES facts,
  command_id text REFERENCES commands,
  cancelled_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((fact_id IS NULL) <> (command_id IS NULL))
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['allocation_undos', 'charge_cancellations'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name || '_stay', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name || '_stay_whole', name);
  END LOOP;
END $$;

-- What of an allocation still stands.
CREATE FUNCTION standing_of(allocation allocations) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT allocation.amount - coalesce((SELECT sum(u.amount) FROM allocation_undos u WHERE u.allocation_id = allocation.id), 0)::bigint
$$;
-- What of a payline above zero is neither laid on a charge nor taken by a line below zero.
CREATE FUNCTION credit_of(payline paylines) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT payline.amount
    - coalesce((SELECT sum(standing_of(a)) FROM allocations a WHERE a.payline_id = payline.id), 0)::bigint
    - coalesce((SELECT sum(u.amount) FROM allocation_undos u WHERE u.payline_id = payline.id AND u.by_payline_id IS NOT NULL), 0)::bigint
$$;
-- What a line below zero takes.
CREATE FUNCTION taken_by(payline paylines) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT sum(u.amount) FROM allocation_undos u WHERE u.by_payline_id = payline.id), 0)::bigint
$$;
CREATE FUNCTION paid_of(charge charges) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT sum(standing_of(a)) FROM allocations a WHERE a.charge_id = charge.id), 0)::bigint
$$;
CREATE FUNCTION is_cancelled(charge charges) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM charge_cancellations c WHERE c.charge_id = charge.id)
$$;

CREATE OR REPLACE FUNCTION refuse_overallocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE payline paylines; charge charges;
BEGIN
  SELECT * INTO payline FROM paylines WHERE id = NEW.payline_id;
  SELECT * INTO charge FROM charges WHERE id = NEW.charge_id;
  IF payline.member_id <> charge.member_id THEN
    RAISE EXCEPTION 'payline % would pay another member''s charge', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF credit_of(payline) < 0 THEN
    RAISE EXCEPTION 'payline % would pay more than it is', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF paid_of(charge) > charge.amount THEN
    RAISE EXCEPTION 'charge % would be paid more than it is', NEW.charge_id USING ERRCODE = 'check_violation';
  END IF;
  IF is_cancelled(charge) AND paid_of(charge) <> 0 THEN
    RAISE EXCEPTION 'charge % is cancelled and would be paid', NEW.charge_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

-- Never more is undone than was laid, and a line below zero takes exactly what it undoes, of its own payment's lines.
CREATE FUNCTION refuse_overundoing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE payline paylines; allocation allocations; taker paylines;
BEGIN
  SELECT * INTO payline FROM paylines WHERE id = NEW.payline_id;
  SELECT * INTO allocation FROM allocations WHERE id = NEW.allocation_id;
  SELECT * INTO taker FROM paylines WHERE id = NEW.by_payline_id;
  IF allocation.id IS NOT NULL AND (allocation.payline_id <> payline.id OR standing_of(allocation) < 0) THEN
    RAISE EXCEPTION 'more of allocation % would be undone than was laid', NEW.allocation_id USING ERRCODE = 'check_violation';
  END IF;
  IF payline.amount <= 0 OR credit_of(payline) < 0 THEN
    RAISE EXCEPTION 'more of payline % would be taken than it is', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF taker.amount >= 0 THEN
    RAISE EXCEPTION 'payline % is above zero, and takes nothing', taker.id USING ERRCODE = 'check_violation';
  END IF;
  IF taker.id IS NOT NULL AND (taker.member_id, taker.payment_id, taker.notification_id) IS DISTINCT FROM (payline.member_id, payline.payment_id, payline.notification_id) THEN
    RAISE EXCEPTION 'payline % takes from a line that is not of its payment', taker.id USING ERRCODE = 'check_violation';
  END IF;
  IF taken_by(taker) > -taker.amount THEN
    RAISE EXCEPTION 'payline % takes more than it is', taker.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER allocation_undos_fit AFTER INSERT ON allocation_undos DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_overundoing();

CREATE FUNCTION refuse_unfounded_taking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF taken_by(NEW) <> -NEW.amount THEN
    RAISE EXCEPTION 'payline % does not take what it undoes', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER paylines_take_what_they_undo AFTER INSERT ON paylines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.amount < 0) EXECUTE FUNCTION refuse_unfounded_taking();

-- What was paid of a charge is undone in the transaction that cancels it.
CREATE FUNCTION refuse_paid_cancellation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE charge charges;
BEGIN
  SELECT * INTO charge FROM charges WHERE id = NEW.charge_id;
  IF paid_of(charge) <> 0 THEN
    RAISE EXCEPTION 'charge % is cancelled and still paid', NEW.charge_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER charge_cancellations_unpaid AFTER INSERT ON charge_cancellations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_paid_cancellation();

-- ---------------------------------------------------------------- entries: one cause, one kind, one payline; and their day

ALTER TABLE entries DROP CONSTRAINT entries_fact_id_kind_key, DROP CONSTRAINT entries_check,
  ADD COLUMN command_id text REFERENCES commands,
  -- Whose part it books, where one cause has several entries of a kind.
  ADD COLUMN payline_id bigint REFERENCES paylines,
  -- The day in the merchant's books.
  ADD COLUMN booked_on date,
  ADD CONSTRAINT entries_have_one_cause CHECK (num_nonnulls(fact_id, allocation_id, command_id) = 1);
ALTER TABLE entries DISABLE TRIGGER entries_stay;
UPDATE entries e SET booked_on = (coalesce((SELECT f.occurred_at FROM facts f WHERE f.id = e.fact_id AND f.occurred_at <= e.recorded_at), e.recorded_at) AT TIME ZONE 'UTC')::date;
ALTER TABLE entries ENABLE TRIGGER entries_stay;
ALTER TABLE entries ALTER COLUMN booked_on SET NOT NULL;
CREATE UNIQUE INDEX entries_of_fact ON entries (fact_id, kind, coalesce(payline_id, 0)) WHERE fact_id IS NOT NULL;
CREATE UNIQUE INDEX entries_of_command ON entries (command_id, kind, coalesce(payline_id, 0)) WHERE command_id IS NOT NULL;

-- The day of the fact in the merchant's zone; unknown, or not yet come: the day of recording.
CREATE OR REPLACE FUNCTION stamp_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE happened timestamptz;
BEGIN
  NEW.transaction_id := pg_current_xact_id(); -- a forged stamp would let a later transaction add postings
  IF NEW.booked_on IS NULL THEN
    SELECT occurred_at INTO happened FROM facts WHERE id = NEW.fact_id;
    SELECT (coalesce(CASE WHEN happened <= now() THEN happened END, now()) AT TIME ZONE m.time_zone)::date INTO NEW.booked_on
      FROM merchants m WHERE m.id = NEW.merchant_id;
  END IF;
  RETURN NEW;
END $$;

-- What of a captured sum is still with the merchant: less what was given back for good, and what was taken back and did not return.
CREATE OR REPLACE FUNCTION left_of(account text, reference text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT c.amount - coalesce(sum(f.amount) FILTER (WHERE f.kind = 'payment_refunded' AND NOT EXISTS (SELECT FROM facts x
      WHERE x.account_id = account AND x.gateway_reference = f.gateway_reference AND x.kind = 'refund_failed')), 0)
    - greatest(0, coalesce(sum(CASE f.kind WHEN 'payment_reversed' THEN f.amount WHEN 'reversal_cancelled' THEN -f.amount END), 0))
  FROM facts c LEFT JOIN facts f ON f.account_id = account AND f.detail->>'parent' = reference AND f.kind IN ('payment_refunded', 'payment_reversed', 'reversal_cancelled')
  WHERE c.account_id = account AND c.gateway_reference = reference AND c.kind = 'payment_captured' GROUP BY c.id
$$;

-- ---------------------------------------------------------------- reading a cart

-- What is open and what is credit. The release before reads `version`, `charges` and `credits` as it did.
CREATE OR REPLACE FUNCTION read_cart(member text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'version', c.version,
    'charges', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', h.id, 'category', h.category, 'sequence', h.sequence,
               'dueOn', coalesce(h.due_on, (h.created_at AT TIME ZONE 'UTC')::date), 'open', h.amount - h.paid))
      FROM (SELECT ch.*, paid_of(ch) AS paid FROM charges ch WHERE ch.member_id = member AND NOT is_cancelled(ch)) h
      WHERE h.amount > h.paid), '[]'),
    'credits', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', p.id::text, 'of', coalesce(p.payment_id, p.notification_id), 'sequence', p.id, 'credit', p.credit))
      FROM (SELECT pl.*, credit_of(pl) AS credit FROM paylines pl WHERE pl.member_id = member AND pl.amount > 0) p
      WHERE p.credit > 0), '[]'))
  FROM carts c WHERE c.member_id = member
$$;

-- The same with every part that is laid on a charge, for what takes money off a cart.
CREATE FUNCTION read_whole_cart(member text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT read_cart(member) || jsonb_build_object('laid', coalesce((
    SELECT jsonb_agg(jsonb_build_object('allocation', s.id::text, 'payline', s.payline_id::text, 'of', coalesce(s.payment_id, s.notification_id),
        'amount', s.standing, 'sequence', s.id,
        'charge', jsonb_build_object('id', ch.id, 'category', ch.category, 'sequence', ch.sequence,
          'dueOn', coalesce(ch.due_on, (ch.created_at AT TIME ZONE 'UTC')::date), 'open', ch.amount - paid_of(ch))))
    FROM (SELECT a.*, standing_of(a) AS standing, l.payment_id, l.notification_id
          FROM paylines l JOIN allocations a ON a.payline_id = l.id WHERE l.member_id = member) s
      JOIN charges ch ON ch.id = s.charge_id
    WHERE s.standing > 0), '[]'))
$$;

-- ---------------------------------------------------------------- writing

-- Writes operations in their order. A payline or an allocation that is written here has a name until it has an id, and is
-- named by it afterwards. The cause of entries and undos is the fact, or the command.
CREATE FUNCTION write_operations(operations jsonb, merchant text, payment text, message text, member text, fact bigint, command text) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  op jsonb; ids jsonb := '{}'; new_id bigint; touched boolean := false;
BEGIN
  FOR op IN SELECT value FROM jsonb_array_elements(operations) LOOP
    CASE op->>'op'
      WHEN 'payline' THEN
        INSERT INTO paylines (member_id, payment_id, notification_id, fact_id, kind, amount, currency)
          VALUES (member, payment, message, fact, (op->>'kind')::payline_kind, (op->>'amount')::bigint, op->>'currency') RETURNING id INTO new_id;
        ids := ids || jsonb_build_object(op->>'name', new_id);
        touched := true;
      WHEN 'allocation' THEN
        INSERT INTO allocations (payline_id, charge_id, amount)
          VALUES (coalesce(ids->>(op->>'payline'), op->>'payline')::bigint, op->>'charge', (op->>'amount')::bigint) RETURNING id INTO new_id;
        ids := ids || jsonb_build_object(op->>'name', new_id);
        touched := true;
      WHEN 'undo' THEN
        INSERT INTO allocation_undos (by_payline_id, payline_id, allocation_id, amount, fact_id, command_id)
          VALUES (coalesce(ids->>(op->>'by'), op->>'by')::bigint, coalesce(ids->>(op->>'payline'), op->>'payline')::bigint,
                  coalesce(ids->>(op->>'allocation'), op->>'allocation')::bigint, (op->>'amount')::bigint, fact, command);
        touched := true;
      WHEN 'cancellation' THEN
        INSERT INTO charge_cancellations (charge_id, fact_id, command_id) VALUES (op->>'charge', fact, command) ON CONFLICT DO NOTHING;
        touched := true;
      WHEN 'entry' THEN
        PERFORM write_entry_of(merchant, coalesce(op->>'of', payment), fact, command,
          coalesce(ids->>(op->>'allocation'), op->>'allocation')::bigint, coalesce(ids->>(op->>'payline'), op->>'payline')::bigint, op->'entry');
    END CASE;
  END LOOP;
  RETURN touched;
END $$;

CREATE FUNCTION write_entry_of(merchant text, payment text, fact bigint, command text, allocation bigint, payline bigint, entry jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE entry_id bigint;
BEGIN
  INSERT INTO entries (merchant_id, kind, fact_id, command_id, allocation_id, payline_id, payment_id)
    VALUES (merchant, (entry->>'kind')::entry_kind, CASE WHEN allocation IS NULL THEN fact END, CASE WHEN allocation IS NULL THEN command END, allocation, payline,
            (SELECT id FROM payments WHERE id = payment)) RETURNING id INTO entry_id;
  -- By name, so that two transactions that open the same new accounts do not wait for each other in a circle.
  INSERT INTO postings (entry_id, position, account_id, side, amount)
    SELECT entry_id, p.position, ledger_account(merchant, p.posting->>'account', (p.posting->>'currency')::currency_code),
           (p.posting->>'side')::posting_side, (p.posting->>'amount')::bigint
    FROM (SELECT * FROM jsonb_array_elements(entry->'postings') WITH ORDINALITY AS e(posting, position) ORDER BY e.posting->>'account') p;
END $$;

-- What the domain derives of a payment's refunds and disputes; a row that says nothing new is left alone.
CREATE FUNCTION write_refunds(merchant text, account text, payment text, message text, member text, told jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO refunds (id, merchant_id, account_id, payment_id, notification_id, member_id, capture_reference, amount, currency, status, reason, detail,
                       fee_returned, gateway_reference, origin, charges, settled_at)
    SELECT r->>'id', merchant, account, payment, message, member, r->>'capture', (r->>'amount')::bigint, r->>'currency', r->>'status', r->>'reason', r->>'detail',
           (r->>'feeReturned')::bigint, r->>'gatewayReference', r->>'origin', ARRAY(SELECT jsonb_array_elements_text(r->'charges')),
           CASE WHEN r->>'status' <> 'pending' THEN now() END
    -- What is settled comes first: the one in flight must find no other.
    FROM jsonb_array_elements(told) AS r ORDER BY r->>'status' = 'pending'
  ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, status = excluded.status, reason = excluded.reason, detail = excluded.detail,
      fee_returned = excluded.fee_returned, gateway_reference = excluded.gateway_reference,
      settled_at = CASE WHEN refunds.status = excluded.status THEN refunds.settled_at ELSE excluded.settled_at END
    WHERE (refunds.amount, refunds.status, refunds.reason, refunds.detail, refunds.fee_returned, refunds.gateway_reference)
      IS DISTINCT FROM (excluded.amount, excluded.status, excluded.reason, excluded.detail, excluded.fee_returned, excluded.gateway_reference)
$$;

CREATE FUNCTION write_disputes(merchant text, payment text, member text, gateway text, told jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO disputes (id, merchant_id, payment_id, member_id, gateway, capture_reference, gateway_reference, stage, reason, status, amount, held, lost,
                        currency, fee, answer_by, gateway_url, closed_at)
    SELECT d->>'id', merchant, payment, member, gateway, d->>'capture', d->>'gatewayReference', d->>'stage', d->>'reason', d->>'status', (d->>'amount')::bigint,
           (d->>'held')::bigint, (d->>'lost')::bigint, d->>'currency', (d->>'fee')::bigint, (d->>'answerBy')::timestamptz, d->>'gatewayUrl',
           CASE WHEN d->>'status' <> 'open' THEN now() END
    FROM jsonb_array_elements(told) AS d
  ON CONFLICT (id) DO UPDATE SET gateway_reference = excluded.gateway_reference, stage = excluded.stage, reason = excluded.reason, status = excluded.status,
      amount = excluded.amount, held = excluded.held, lost = excluded.lost, fee = excluded.fee, answer_by = excluded.answer_by, gateway_url = excluded.gateway_url,
      closed_at = CASE WHEN (disputes.status = 'open') = (excluded.status = 'open') THEN disputes.closed_at ELSE excluded.closed_at END
    WHERE (disputes.gateway_reference, disputes.stage, disputes.status, disputes.amount, disputes.held, disputes.lost, disputes.fee, disputes.answer_by, disputes.gateway_url)
      IS DISTINCT FROM (excluded.gateway_reference, excluded.stage, excluded.status, excluded.amount, excluded.held, excluded.lost, excluded.fee, excluded.answer_by, excluded.gateway_url)
$$;

-- record_turn(payload): the facts of one turn with all that they do, and how the message or command that brought them ends.
--   { merchant, account, gateway, payment?, message?, member?, standing?: { status, attention, attentions, refunds, disputes }, known?, cartVersion?,
--     moneyOf?: the reference of that message's money, guard?: 'no_unverified', facts: [{ gatewayReference, kind, qualifier, amount, currency, detail, occurredAt, operations }],
--     notification?: { id, state, … }, command?: { id, outcome } }
-- `known`: how many facts of the payment this was decided on. `message`: the money is of a message that names no payment.
-- answers { outcome: 'recorded', fresh } | { outcome: 'conflict', conflicts: [index] } | { outcome: 'cart_moved' | 'unverified' | 'stale' }
CREATE FUNCTION record_turn(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  merchant text := payload->>'merchant';
  account text := payload->>'account';
  payment text := payload->>'payment';
  message text := payload->>'message';
  member text := payload->>'member';
  standing jsonb := payload->'standing';
  fact jsonb;
  fact_id bigint; known facts;
  fresh int := 0; touched boolean := false; conflicts jsonb; new_references text[] := '{}'; parent text;
BEGIN
  -- A run decides on what it remembers. When an attempt of it was lost after it had written here (its worker died, or Temporal
  -- refused its task because something came meanwhile), the next attempt remembers less than stands, and must look again.
  IF payment IS NOT NULL AND payload->>'known' IS NOT NULL THEN
    PERFORM FROM payments WHERE id = payment FOR NO KEY UPDATE; -- a lost attempt that still writes is waited for
    IF (SELECT count(*) FROM facts WHERE payment_id = payment) + (SELECT count(*) FROM fact_bindings WHERE payment_id = payment)
       <> (payload->>'known')::bigint THEN
      RETURN jsonb_build_object('outcome', 'stale');
    END IF;
  END IF;
  IF payload->>'guard' = 'no_unverified' AND EXISTS (SELECT FROM outbox WHERE payment_id = payment AND kind = 'notification') THEN
    RETURN jsonb_build_object('outcome', 'unverified');
  END IF;
  IF payload->>'cartVersion' IS NOT NULL THEN
    PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
    IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  END IF;

  PERFORM take_turns(account, payload->'facts');
  IF payload->>'moneyOf' IS NOT NULL AND (SELECT count(*) FROM facts f WHERE f.account_id = account
      AND (f.gateway_reference = payload->>'moneyOf' OR f.detail->>'parent' = payload->>'moneyOf')) <> (payload->>'known')::bigint THEN
    RETURN jsonb_build_object('outcome', 'stale');
  END IF;
  conflicts := contradicted_facts(account, payment, payload->'facts');
  IF conflicts <> '[]' THEN RETURN jsonb_build_object('outcome', 'conflict', 'conflicts', conflicts); END IF;

  -- After this point it must succeed, or leave nothing.
  FOR fact IN SELECT value FROM jsonb_array_elements(payload->'facts') LOOP
    SELECT * INTO known FROM facts f WHERE f.account_id = account AND f.gateway_reference = fact->>'gatewayReference'
      AND f.kind = fact->>'kind' AND f.qualifier = fact->>'qualifier';
    fact_id := known.id;
    IF fact_id IS NULL THEN
      INSERT INTO facts (account_id, gateway_reference, kind, qualifier, payment_id, amount, currency, detail, occurred_at)
        VALUES (account, fact->>'gatewayReference', fact->>'kind', fact->>'qualifier', payment, (fact->>'amount')::bigint, fact->>'currency',
                nullif(fact->'detail', '{}'), (fact->>'occurredAt')::timestamptz)
        RETURNING id INTO fact_id;
      fresh := fresh + 1;
      IF fact->>'kind' IN ('payment_captured', 'payment_pending') THEN new_references := new_references || (fact->>'gatewayReference'); END IF;
    ELSE
      IF known.payment_id IS NULL AND payment IS NOT NULL THEN
        INSERT INTO fact_bindings (fact_id, payment_id) VALUES (fact_id, payment) ON CONFLICT DO NOTHING;
        IF FOUND THEN fresh := fresh + 1; END IF;
      END IF;
      -- A fact that is in the books stays booked as it is; one that an earlier release only recorded may be booked now.
      CONTINUE WHEN EXISTS (SELECT FROM entries e WHERE e.fact_id = known.id);
    END IF;
    touched := write_operations(fact->'operations', merchant, payment, message, member, fact_id, NULL) OR touched;
  END LOOP;
  IF touched THEN UPDATE carts SET version = version + 1 WHERE member_id = member; END IF;

  IF standing IS NOT NULL THEN
    UPDATE payments SET status = (standing->>'status')::payment_status, attention = standing->>'attention', attentions = standing->'attentions', capturing_since = NULL
      WHERE id = payment AND (status, attention, attentions, capturing_since)
        IS DISTINCT FROM ((standing->>'status')::payment_status, standing->>'attention', standing->'attentions', NULL);
    IF jsonb_array_length(standing->'refunds') > 0 THEN PERFORM write_refunds(merchant, account, payment, message, member, standing->'refunds'); END IF;
    IF payment IS NOT NULL AND jsonb_array_length(standing->'disputes') > 0 THEN PERFORM write_disputes(merchant, payment, member, payload->>'gateway', standing->'disputes'); END IF;
  END IF;
  IF payload->'notification' IS NOT NULL THEN PERFORM settle_notification(payload->'notification', fresh > 0); END IF;
  IF message IS NOT NULL THEN
    UPDATE notifications SET reason = 'given_back'
      WHERE id = message AND state = 'unmatched' AND left_of(account, gateway_reference) <= 0;
  END IF;
  IF payload->'command' IS NOT NULL THEN
    UPDATE commands SET outcome = payload->'command'->'outcome' WHERE id = payload->'command'->>'id' AND outcome IS NULL;
    DELETE FROM outbox WHERE subject_id = payload->'command'->>'id';
  END IF;
  IF new_references <> '{}' AND payment IS NOT NULL THEN
    PERFORM wake_messages(account, payment, new_references);
  ELSIF payment IS NULL AND payload->'notification'->>'state' = 'unmatched' AND payload->'notification'->>'parentReference' IS NOT NULL THEN
    parent := payload->'notification'->>'parentReference';
    PERFORM wake_messages(account, f.bound_payment_id, ARRAY[parent]) FROM payment_facts f
      WHERE f.account_id = account AND f.gateway_reference = parent AND f.kind IN ('payment_captured', 'payment_pending') AND f.bound_payment_id IS NOT NULL;
    UPDATE notifications SET reason = 'given_back'
      WHERE account_id = account AND gateway_reference = parent AND kind = 'payment_captured' AND state = 'unmatched' AND left_of(account, parent) <= 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'recorded', 'fresh', fresh);
END $$;

-- change_cart(payload): a charge is added, charges are cancelled, or unmatched money is attached: with all that it does.
--   { merchant, member, cartVersion, operations, charge?: { id, label, category, amount, currency, dueOn }, command?: { id, kind, body },
--     attach?: { fact, notification, amount } }
-- answers { outcome: 'recorded' | 'cart_moved' | 'given_back' | 'not_unmatched' | 'already_cancelled' }
CREATE FUNCTION change_cart(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  merchant text := payload->>'merchant';
  member text := payload->>'member';
  charge jsonb := payload->'charge';
  command jsonb := payload->'command';
  attached jsonb := payload->'attach';
  suspended facts;
BEGIN
  PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  IF charge IS NOT NULL THEN
    INSERT INTO charges (id, merchant_id, member_id, label, category, amount, currency, due_on)
      VALUES (charge->>'id', merchant, member, charge->>'label', charge->>'category', (charge->>'amount')::bigint, charge->>'currency', (charge->>'dueOn')::date);
  END IF;
  IF command IS NOT NULL THEN
    IF EXISTS (SELECT FROM charge_cancellations WHERE charge_id = command->'body'->>'charge') THEN
      RETURN jsonb_build_object('outcome', 'already_cancelled');
    END IF;
    INSERT INTO commands (id, member_id, kind, body, outcome) VALUES (command->>'id', member, command->>'kind', command->'body', '{"outcome": "accepted"}');
  END IF;
  IF attached IS NOT NULL THEN
    SELECT * INTO suspended FROM facts WHERE id = (attached->>'fact')::bigint;
    -- A refund that is being recorded is waited for: what it gives back is no longer ours to give to a member.
    PERFORM pg_advisory_xact_lock(hashtextextended(suspended.account_id || ' ' || suspended.gateway_reference, 0));
    IF left_of(suspended.account_id, suspended.gateway_reference) <> (attached->>'amount')::bigint THEN
      RETURN jsonb_build_object('outcome', 'given_back');
    END IF;
    UPDATE notifications SET state = 'applied', member_id = member WHERE id = attached->>'notification' AND state = 'unmatched';
    IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'not_unmatched'); END IF;
  END IF;
  PERFORM write_operations(payload->'operations', merchant, NULL, attached->>'notification', member, suspended.id, command->>'id');
  UPDATE carts SET version = version + 1 WHERE member_id = member;
  RETURN jsonb_build_object('outcome', 'recorded');
END $$;

-- ---------------------------------------------------------------- from the release before

-- The release before records refunds, reversals and cases, and books nothing of them. Its facts are booked by their payments' runs,
-- which are woken for it until it is done: for what stands here now, and for what is still recorded while that release is replaced.
CREATE FUNCTION wake_to_book(payment text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO outbox (subject_id, kind, payment_id, due_at)
    SELECT 'wake ' || payment, 'wake', payment, now()
    WHERE EXISTS (SELECT FROM payment_facts f WHERE f.bound_payment_id = payment
      AND f.kind IN ('payment_refunded', 'payment_reversed', 'reversal_cancelled', 'dispute_adjusted', 'dispute_opened', 'dispute_closed'))
    ON CONFLICT DO NOTHING
$$;
SELECT wake_to_book(id) FROM payments;

ALTER FUNCTION record(jsonb) RENAME TO record_unwoken;
CREATE FUNCTION record(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE recorded jsonb := record_unwoken(payload);
BEGIN
  IF payload->>'payment' IS NOT NULL AND recorded->>'outcome' = 'recorded' THEN PERFORM wake_to_book(payload->>'payment'); END IF;
  RETURN recorded;
END $$;

-- As before, and the line says what it is and whose.
CREATE OR REPLACE FUNCTION attach(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE member text := payload->>'member'; line jsonb := payload->'payline'; suspended facts; line_id bigint;
BEGIN
  PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  SELECT * INTO suspended FROM facts WHERE id = (payload->>'fact')::bigint;
  -- A refund that is being recorded is waited for: what it gives back is no longer ours to give to a member.
  PERFORM pg_advisory_xact_lock(hashtextextended(suspended.account_id || ' ' || suspended.gateway_reference, 0));
  IF left_of(suspended.account_id, suspended.gateway_reference) <> (line->>'amount')::bigint THEN
    RETURN jsonb_build_object('outcome', 'given_back');
  END IF;
  UPDATE notifications SET state = 'applied', member_id = member WHERE id = payload->>'notification' AND state = 'unmatched';
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'not_unmatched'); END IF;
  PERFORM write_entry(payload->>'merchant', NULL, suspended.id, NULL, payload->'entry');
  INSERT INTO paylines (member_id, notification_id, fact_id, kind, amount, currency)
    VALUES (member, payload->>'notification', suspended.id, 'attachment', (line->>'amount')::bigint, line->>'currency') RETURNING id INTO line_id;
  INSERT INTO allocations (payline_id, charge_id, amount)
    SELECT line_id, part->>'charge', (part->>'amount')::bigint FROM jsonb_array_elements(line->'parts') AS part;
  UPDATE carts SET version = version + 1 WHERE member_id = member;
  RETURN jsonb_build_object('outcome', 'recorded');
END $$;

-- plan_looks(gateways, after): paid payments of gateways that announce no refund are looked at once more when so long has passed since
-- their money was recorded, once for each of the two spans. Answers how many are planned now, at most 500.
CREATE FUNCTION plan_looks(gateways text[], spans interval[]) RETURNS int LANGUAGE sql AS $$
  WITH due AS (
    SELECT p.id FROM payments p WHERE p.gateway = ANY (gateways) AND p.status = 'paid' AND p.looked_again < cardinality(spans) AND p.looked_again < 2
      AND p.created_at < now() - spans[p.looked_again + 1]
      AND EXISTS (SELECT FROM facts f WHERE f.payment_id = p.id AND f.kind = 'payment_captured' AND f.recorded_at < now() - spans[p.looked_again + 1])
    ORDER BY p.created_at LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED),
  counted AS (UPDATE payments p SET looked_again = p.looked_again + 1 FROM due WHERE p.id = due.id RETURNING p.id),
  planned AS (INSERT INTO outbox (subject_id, kind, payment_id, due_at) SELECT 'look ' || id, 'look', id, now() FROM counted ON CONFLICT DO NOTHING RETURNING 1)
  SELECT count(*)::int FROM planned
$$;

-- ---------------------------------------------------------------- what must never have a row

CREATE OR REPLACE VIEW inv_paylines_are_booked AS
  SELECT l.id AS payline FROM paylines l
  WHERE NOT EXISTS (SELECT FROM entries e WHERE e.fact_id = l.fact_id AND e.kind IN ('payment_captured', 'suspense_accepted', 'suspense_attached',
    'payment_refunded', 'dispute_lost', 'refund_failed', 'reversal_cancelled'));

CREATE OR REPLACE VIEW inv_credit_equals_books AS
  WITH carted AS (
    SELECT m.merchant_id, l.currency, sum(credit_of(l)) AS amount
    FROM paylines l JOIN members m ON m.id = l.member_id WHERE l.amount > 0 GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'member_credit' GROUP BY 1, 2)
  SELECT merchant_id, currency, carted.amount AS credit, booked.amount AS books FROM carted FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(carted.amount, 0) <> coalesce(booked.amount, 0);

CREATE OR REPLACE VIEW inv_no_idle_credit AS
  SELECT l.member_id FROM paylines l WHERE l.amount > 0 AND credit_of(l) > 0
  INTERSECT
  SELECT c.member_id FROM charges c WHERE NOT is_cancelled(c) AND c.amount > paid_of(c);

CREATE OR REPLACE VIEW inv_paid_has_money AS
  SELECT p.id AS payment, p.status FROM payments p WHERE p.status = 'paid' AND NOT EXISTS (SELECT FROM paylines l WHERE l.payment_id = p.id)
  UNION ALL
  SELECT p.id, p.status FROM payments p WHERE p.status NOT IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'charged_back')
    AND (SELECT sum(l.amount) FROM paylines l WHERE l.payment_id = p.id) > 0;

CREATE VIEW inv_undone_is_laid AS
  SELECT a.id AS allocation, a.amount, standing_of(a) AS standing FROM allocations a WHERE standing_of(a) < 0;
COMMENT ON VIEW inv_undone_is_laid IS 'never more of an allocation is undone than was laid';

CREATE VIEW inv_credit_is_not_negative AS
  SELECT l.id AS payline, credit_of(l) AS credit FROM paylines l WHERE l.amount > 0 AND credit_of(l) < 0;
COMMENT ON VIEW inv_credit_is_not_negative IS 'no payline holds less than nothing';

CREATE VIEW inv_takings_are_undone AS
  SELECT l.id AS payline, l.amount FROM paylines l
  WHERE l.amount < 0 AND taken_by(l) <> -l.amount;
COMMENT ON VIEW inv_takings_are_undone IS 'a line below zero takes exactly what it undoes';

CREATE VIEW inv_cancelled_is_unpaid AS
  SELECT c.id AS charge, paid_of(c) AS paid FROM charges c WHERE is_cancelled(c) AND paid_of(c) <> 0;
COMMENT ON VIEW inv_cancelled_is_unpaid IS 'nothing stays paid of a cancelled charge';

CREATE VIEW inv_disputed_funds_are_held AS
  WITH held AS ( -- nothing is held of money that was not told yet
    SELECT d.merchant_id, d.currency, sum(d.held) AS amount FROM disputes d
    WHERE EXISTS (SELECT FROM payment_facts c WHERE c.bound_payment_id = d.payment_id AND c.kind = 'payment_captured' AND c.gateway_reference = d.capture_reference)
    GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'disputed_funds' GROUP BY 1, 2)
  SELECT merchant_id, currency, held.amount AS held, booked.amount AS books FROM held FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(held.amount, 0) <> coalesce(booked.amount, 0);
COMMENT ON VIEW inv_disputed_funds_are_held IS 'what cases hold equals disputed funds';

-- Money of a capture that was given or taken back. It may have been told before the capture, and is booked with that then; one movement may be
-- told as a reversal and as a refund, and is booked once; and a refund that failed before it was said to have succeeded moves nothing.
DROP VIEW known_unbooked;
CREATE INDEX facts_of_money_back ON facts (id) WHERE kind IN ('payment_refunded', 'payment_reversed');
CREATE VIEW inv_money_back_is_booked AS
  SELECT f.bound_payment_id AS payment, f.kind, f.gateway_reference, f.amount, f.currency, f.recorded_at
  FROM payment_facts f JOIN payment_facts c ON c.bound_payment_id = f.bound_payment_id AND c.kind = 'payment_captured' AND c.gateway_reference = f.detail->>'parent'
  WHERE f.kind IN ('payment_refunded', 'payment_reversed')
    AND NOT EXISTS (
      SELECT FROM facts told JOIN entries e ON e.fact_id = told.id AND e.kind IN ('payment_refunded', 'suspense_refunded', 'payment_reversed')
      WHERE told.account_id = f.account_id AND told.gateway_reference IN (f.gateway_reference, f.detail->>'parent')
        AND (told.gateway_reference = f.gateway_reference OR told.id > f.id))
    AND NOT EXISTS (
      SELECT FROM facts failed WHERE failed.account_id = f.account_id AND failed.gateway_reference = f.gateway_reference AND failed.kind = 'refund_failed');
COMMENT ON VIEW inv_money_back_is_booked IS 'what was recorded of money given or taken back is booked';
