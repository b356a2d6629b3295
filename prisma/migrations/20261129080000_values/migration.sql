-- What the callers decide comes as a value: SQL keeps, counts and refuses, and the numbers and words of the rules stand in TypeScript.
-- The functions that the release before calls stay beside the new ones, with its payloads and its numbers; they go with the next release.

-- ---------------------------------------------------------------- enumerated types become domains
-- A domain over text takes another word by one ALTER DOMAIN, inside the transaction that needs it. The names stay, and so does every cast.

DROP VIEW inv_entries_balance, inv_captures_are_booked, inv_capture_amounts, inv_fees_are_booked, inv_paylines_are_booked, inv_bookings_have_paylines,
  inv_carts_equal_books, inv_credit_equals_books, inv_one_accepted_capture, inv_paid_has_money, inv_received_is_in_outbox, known_suspense;
DROP INDEX notifications_hinted_on_pages, notifications_awaiting_parent, gateway_accounts_simulated, payments_held;
ALTER TABLE outbox DROP CONSTRAINT outbox_messages_have_accounts;
DROP FUNCTION take_due(int), take_turns_of_messages(int), settle_without_facts(text, notification_state, text);

ALTER TYPE late_payment_policy RENAME TO former_late_payment_policy;
ALTER TYPE gateway_environment RENAME TO former_gateway_environment;
ALTER TYPE payment_status RENAME TO former_payment_status;
ALTER TYPE notification_state RENAME TO former_notification_state;
ALTER TYPE notification_channel RENAME TO former_notification_channel;
ALTER TYPE posting_side RENAME TO former_posting_side;
ALTER TYPE entry_kind RENAME TO former_entry_kind;
ALTER TYPE command_kind RENAME TO former_command_kind;
ALTER TYPE outbox_kind RENAME TO former_outbox_kind;

CREATE DOMAIN late_payment_policy AS text CHECK (VALUE IN ('credit', 'refund'));
CREATE DOMAIN gateway_environment AS text CHECK (VALUE IN ('live', 'sandbox', 'simulator'));
CREATE DOMAIN payment_status AS text CHECK (VALUE IN ('created', 'awaiting_payer', 'processing', 'paid', 'partially_refunded', 'refunded',
  'disputed', 'charged_back', 'failed', 'cancelled', 'expired', 'needs_review'));
CREATE DOMAIN notification_state AS text CHECK (VALUE IN ('received', 'applied', 'duplicate', 'invalid', 'unmatched', 'attention'));
CREATE DOMAIN notification_channel AS text CHECK (VALUE IN ('ipn', 'pdt', 'webhook', 'poll'));
CREATE DOMAIN posting_side AS text CHECK (VALUE IN ('debit', 'credit'));
CREATE DOMAIN entry_kind AS text CHECK (VALUE IN ('payment_captured', 'fee_charged', 'payment_suspended', 'suspense_accepted', 'suspense_attached', 'credit_used'));
CREATE DOMAIN command_kind AS text CHECK (VALUE IN ('cancel', 'resolve'));
CREATE DOMAIN outbox_kind AS text CHECK (VALUE IN ('start', 'notification', 'command', 'renewal'));

ALTER TABLE merchants ALTER late_payments DROP DEFAULT, ALTER late_payments TYPE late_payment_policy USING late_payments::text,
  ALTER late_payments SET DEFAULT 'credit';
ALTER TABLE gateway_accounts ALTER environment TYPE gateway_environment USING environment::text;
ALTER TABLE onboardings ALTER environment TYPE gateway_environment USING environment::text;
ALTER TABLE payments ALTER late_payments TYPE late_payment_policy USING late_payments::text,
  ALTER status DROP DEFAULT, ALTER status TYPE payment_status USING status::text, ALTER status SET DEFAULT 'created';
ALTER TABLE notifications ALTER state TYPE notification_state USING state::text, ALTER channel TYPE notification_channel USING channel::text;
ALTER TABLE postings ALTER side TYPE posting_side USING side::text;
ALTER TABLE entries ALTER kind TYPE entry_kind USING kind::text;
ALTER TABLE commands ALTER kind TYPE command_kind USING kind::text;
ALTER TABLE outbox ALTER kind TYPE outbox_kind USING kind::text;

DROP TYPE former_late_payment_policy, former_gateway_environment, former_payment_status, former_notification_state, former_notification_channel,
  former_posting_side, former_entry_kind, former_command_kind, former_outbox_kind;

-- A payment's page counts its hints before it takes another one.
CREATE INDEX notifications_hinted_on_pages ON notifications (payment_id) WHERE channel IN ('pdt', 'poll');
CREATE INDEX notifications_awaiting_parent ON notifications (account_id, parent_reference) WHERE state = 'unmatched' AND parent_reference IS NOT NULL;
-- Pages ask whether any account is at the simulator.
CREATE INDEX gateway_accounts_simulated ON gateway_accounts (id) WHERE environment = 'simulator';
-- What gateways hold for a member is asked for whenever a cart is read or paid.
CREATE INDEX payments_held ON payments (member_id) WHERE status = 'processing';
ALTER TABLE outbox ADD CONSTRAINT outbox_messages_have_accounts CHECK ((kind = 'notification') = (account_id IS NOT NULL));

CREATE VIEW inv_entries_balance AS
  SELECT e.id AS entry, a.currency, sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) AS off
  FROM entries e JOIN postings p ON p.entry_id = e.id JOIN ledger_accounts a ON a.id = p.account_id
  GROUP BY e.id, a.currency HAVING sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) <> 0;
COMMENT ON VIEW inv_entries_balance IS 'every entry sums to zero per currency';

CREATE VIEW inv_captures_are_booked AS
  SELECT f.id AS fact, f.gateway_reference, count(e.*) AS entries FROM facts f LEFT JOIN entries e ON e.fact_id = f.id AND e.kind IN ('payment_captured', 'payment_suspended')
  WHERE f.kind = 'payment_captured' GROUP BY f.id HAVING count(e.*) <> 1;
COMMENT ON VIEW inv_captures_are_booked IS 'every captured sum has exactly one entry: income and credit, or suspense';

CREATE VIEW inv_capture_amounts AS
  SELECT f.id AS fact, f.amount AS captured, sum(p.amount) AS booked FROM facts f
  JOIN entries e ON e.fact_id = f.id AND e.kind IN ('payment_captured', 'payment_suspended') JOIN postings p ON p.entry_id = e.id AND p.side = 'debit'
  WHERE f.kind = 'payment_captured' GROUP BY f.id HAVING sum(p.amount) <> f.amount;
COMMENT ON VIEW inv_capture_amounts IS 'every captured sum is booked with its whole amount';

CREATE VIEW inv_fees_are_booked AS
  SELECT f.id AS fact, f.gateway_reference FROM facts f WHERE f.kind = 'fee_charged'
  AND (SELECT count(*) FROM entries e WHERE e.fact_id = f.id AND e.kind = 'fee_charged') <> 1;
COMMENT ON VIEW inv_fees_are_booked IS 'every fee has exactly one entry';

CREATE VIEW inv_paylines_are_booked AS
  SELECT l.id AS payline FROM paylines l
  WHERE NOT EXISTS (SELECT FROM entries e WHERE e.fact_id = l.fact_id AND e.kind IN ('payment_captured', 'suspense_accepted', 'suspense_attached'));
COMMENT ON VIEW inv_paylines_are_booked IS 'every payline is born of a booked fact';

CREATE VIEW inv_bookings_have_paylines AS
  SELECT e.id AS entry FROM entries e WHERE e.kind IN ('payment_captured', 'suspense_accepted', 'suspense_attached') AND NOT EXISTS (SELECT FROM paylines l WHERE l.fact_id = e.fact_id);
COMMENT ON VIEW inv_bookings_have_paylines IS 'every booking for a member has its payline';

CREATE VIEW inv_carts_equal_books AS
  WITH carted AS (SELECT m.merchant_id, l.currency, sum(l.amount) AS amount FROM paylines l JOIN members m ON m.id = l.member_id GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'member_credit' OR a.name LIKE 'income:%' GROUP BY 1, 2)
  SELECT merchant_id, currency, carted.amount AS paylines, booked.amount AS books FROM carted FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(carted.amount, 0) <> coalesce(booked.amount, 0);
COMMENT ON VIEW inv_carts_equal_books IS 'paylines of all members equal income and member credit';

CREATE VIEW inv_credit_equals_books AS
  WITH carted AS (
    SELECT m.merchant_id, l.currency, sum(l.amount - coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.payline_id = l.id), 0)) AS amount
    FROM paylines l JOIN members m ON m.id = l.member_id GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'member_credit' GROUP BY 1, 2)
  SELECT merchant_id, currency, carted.amount AS credit, booked.amount AS books FROM carted FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(carted.amount, 0) <> coalesce(booked.amount, 0);
COMMENT ON VIEW inv_credit_equals_books IS 'what of the paylines is allocated to no charge equals member credit';

CREATE VIEW inv_one_accepted_capture AS
  SELECT f.bound_payment_id AS payment FROM payment_facts f JOIN entries e ON e.fact_id = f.id AND e.kind = 'payment_captured' GROUP BY 1 HAVING count(*) > 1;
COMMENT ON VIEW inv_one_accepted_capture IS 'at most one sum per payment is accepted without a person';

CREATE VIEW inv_paid_has_money AS
  SELECT p.id AS payment, p.status FROM payments p WHERE p.status = 'paid' AND NOT EXISTS (SELECT FROM paylines l WHERE l.payment_id = p.id)
  UNION ALL
  SELECT p.id, p.status FROM payments p WHERE p.status NOT IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'charged_back') AND EXISTS (SELECT FROM paylines l WHERE l.payment_id = p.id);
COMMENT ON VIEW inv_paid_has_money IS 'a payment is paid exactly when a payline of it is in the cart';

CREATE VIEW inv_received_is_in_outbox AS
  SELECT n.id AS notification FROM notifications n WHERE n.state = 'received' AND NOT EXISTS (SELECT FROM outbox o WHERE o.subject_id = n.id);
COMMENT ON VIEW inv_received_is_in_outbox IS 'a message that is not verified yet will be';

CREATE VIEW known_suspense AS
  SELECT m.id AS merchant, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
  FROM postings p JOIN ledger_accounts a ON a.id = p.account_id JOIN merchants m ON m.id = a.merchant_id WHERE a.name = 'suspense'
  GROUP BY 1, 2 HAVING sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) <> 0;
COMMENT ON VIEW known_suspense IS 'money that waits for a person';
-- Ends a message that told no facts: invalid, or something a person must read.
CREATE FUNCTION settle_without_facts(message text, final notification_state, why text) RETURNS void LANGUAGE sql AS $$
  UPDATE notifications SET state = final, reason = why WHERE id = message AND state = 'received';
  DELETE FROM outbox WHERE subject_id = message;
$$;

-- ---------------------------------------------------------------- a row of the outbox is known by itself
-- One subject may come to have several rows; of today's kinds each has one.

ALTER TABLE outbox DROP CONSTRAINT outbox_pkey, ALTER subject_id SET NOT NULL, ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE UNIQUE INDEX outbox_of_subject ON outbox (subject_id);

-- ---------------------------------------------------------------- what the database refuses

-- The stamp alone would be passed in a restored database, which keeps the stamps of another cluster while its own transactions count
-- from low. So the row itself must have been written by this transaction, or by one of its savepoints, which have numbers of their own:
-- younger than the transaction's, and under way, while whatever else can be seen here is committed.
CREATE OR REPLACE FUNCTION refuse_late_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stamp xid8; younger int; -- how many transactions younger than this one is the row's; below zero, it is older
BEGIN
  SELECT transaction_id, -age(xmin) INTO stamp, younger FROM entries WHERE id = NEW.entry_id;
  IF stamp IS DISTINCT FROM pg_current_xact_id() OR younger < 0
      OR (younger > 0 AND pg_xact_status((stamp::text::bigint + younger)::text::xid8) IS DISTINCT FROM 'in progress') THEN
    RAISE EXCEPTION 'entry % was written by another transaction: no posting may be added', NEW.entry_id USING ERRCODE = 'restrict_violation';
  END IF;
  IF current_setting('quittance.entries_checked_in', true) = pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'the entries of this transaction were checked already: no posting may be added' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- ---------------------------------------------------------------- a new payment

-- open_payment(payload, opened_with, lease): the payment, its first fact where its checkout is open already, and the run to start.
--   { id, merchant, member, account, gateway, method, amount, currency, charges, latePayments, returnUrl, cancelUrl, opening,
--     nextAction, expiresAt, status, opened: fact | null }
CREATE FUNCTION open_payment(payload jsonb, receivers bytea, lease interval) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO payments (id, merchant_id, member_id, account_id, gateway, method, amount, currency, charges, late_payments, return_url, cancel_url,
                        next_action, opening, opened_with, expires_at, status)
    VALUES (payload->>'id', payload->>'merchant', payload->>'member', payload->>'account', payload->>'gateway', payload->>'method', (payload->>'amount')::bigint,
            payload->>'currency', ARRAY(SELECT jsonb_array_elements_text(payload->'charges')), payload->>'latePayments',
            payload->>'returnUrl', payload->>'cancelUrl', nullif(payload->'nextAction', 'null'), nullif(payload->'opening', 'null'), receivers,
            (payload->>'expiresAt')::timestamptz, payload->>'status');
  IF payload->>'opened' IS NOT NULL THEN
    INSERT INTO facts (account_id, gateway_reference, kind, qualifier, payment_id, amount, currency, detail, occurred_at)
      VALUES (payload->>'account', payload->'opened'->>'gatewayReference', payload->'opened'->>'kind', payload->'opened'->>'qualifier', payload->>'id',
              (payload->'opened'->>'amount')::bigint, payload->'opened'->>'currency', payload->'opened'->'detail', (payload->'opened'->>'occurredAt')::timestamptz);
  END IF;
  INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES (payload->>'id', 'start', payload->>'id', now() + lease);
  RETURN now();
END $$;

-- ---------------------------------------------------------------- messages and their turns

-- How many unverified messages may be with Temporal at once, and how long whoever has no place waits. The reasons stand beside the
-- numbers, in workflows/domain/places.ts.
CREATE TYPE turn_rules AS (
  of_payment int, -- of one payment
  strays int, -- of one account that name no living payment
  in_all int, -- of one account
  strays_lately int, in_all_lately int, lately interval, -- of those, told within that time
  acceptable int, -- how many of one payment may wait in all
  pause interval -- in which as many of one payment become due as may be with its run at once
);

DROP FUNCTION has_room(text, text, boolean), claim_place(text, text, boolean), pause_of_place(bigint), room_with_temporal(text), accounts_in_turn(),
  message_limits(), may_ask_again(notifications);

-- How many more messages of an account may be told now. All places are for a gateway that is slow; what was told lately is most likely
-- before a worker now, and others' payments wait for it.
CREATE FUNCTION room_with_temporal(account text, rules turn_rules, OUT strays int, OUT in_all int) LANGUAGE sql STABLE AS $$
  SELECT greatest(0, least(rules.in_all - t.all_told, rules.in_all_lately - t.all_lately, rules.strays - t.strays_told, rules.strays_lately - t.strays_lately))::int,
         greatest(0, least(rules.in_all - t.all_told, rules.in_all_lately - t.all_lately))::int
  FROM (
    SELECT count(*) AS all_told, count(*) FILTER (WHERE told.lately) AS all_lately,
           count(*) FILTER (WHERE told.stray) AS strays_told, count(*) FILTER (WHERE told.stray AND told.lately) AS strays_lately
    FROM (SELECT o.stray, o.told_at > now() - rules.lately AS lately FROM outbox o WHERE o.account_id = account AND o.told_at IS NOT NULL) told) t
$$;

-- When a message is due again whose payment has enough with its run: as many in each pause as may be with the run at once, so that
-- those of one payment are never many before the others of their account.
CREATE FUNCTION pause_of_place(place bigint, rules turn_rules) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT now() + rules.pause * greatest(1, (place - 1) / rules.of_payment)
$$;

CREATE FUNCTION has_room(account text, payment text, is_stray boolean, rules turn_rules) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN is_stray THEN r.strays > 0 ELSE r.in_all > 0
      AND (SELECT count(o.told_at) FROM outbox o WHERE o.payment_id = payment AND o.kind = 'notification') < rules.of_payment END
  FROM room_with_temporal(account, rules) r
$$;

-- Whether a message that has just come may be told at once: nobody waits before it, and there is room. Only then is the lock asked for.
-- Else when it is due: behind the others of its payment, and later where the payment's run has enough.
CREATE FUNCTION claim_place(account text, payment text, is_stray boolean, rules turn_rules, OUT tell boolean, OUT due timestamptz) LANGUAGE plpgsql
  SET enable_seqscan = off -- the outbox is empty most of the day, and a plan made then would read a whole flood
AS $$
DECLARE waits boolean; under_way bigint; unverified bigint;
BEGIN
  due := now();
  IF is_stray THEN
    waits := first_due(account, true) IS NOT NULL;
  ELSE
    SELECT count(*), count(o.told_at), max(o.due_at) FILTER (WHERE o.told_at IS NULL) INTO unverified, under_way, due
      FROM outbox o WHERE o.payment_id = payment AND o.kind = 'notification';
    waits := due IS NOT NULL OR coalesce(first_due(account, false) <= now(), false);
    due := greatest(due, now(), CASE WHEN under_way >= rules.of_payment THEN pause_of_place(unverified + 1, rules) END);
  END IF;
  tell := NOT waits AND has_room(account, payment, is_stray, rules);
  IF tell THEN
    PERFORM pg_advisory_xact_lock(turn_lock(account));
    tell := has_room(account, payment, is_stray, rules);
  END IF;
END $$;

-- Whether all that an unverified message claims is recorded already. The claim says what that would be:
--   { facts: [{ gatewayReference, kind, qualifier, amount, currency }] } each of them, with the same content; without any nothing is known
--   { money: { reference, kind } } a fact of this kind, of this reference or of the payment whose checkout it is
-- and { references, remarks, answers }: that no such remark about the references waits for an answer of one of these kinds.
CREATE FUNCTION is_known(account text, claim jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN claim->'money' IS NOT NULL THEN EXISTS (
      SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = claim->'money'->>'reference' AND f.kind = claim->'money'->>'kind')
      OR EXISTS (
      SELECT FROM payments p JOIN payment_facts f ON f.bound_payment_id = p.id AND f.kind = claim->'money'->>'kind'
      WHERE p.account_id = account AND p.checkout_reference = claim->'money'->>'reference')
    WHEN jsonb_array_length(claim->'facts') = 0 THEN false
    ELSE NOT EXISTS (
      SELECT FROM jsonb_to_recordset(claim->'facts') AS c("gatewayReference" text, kind text, qualifier text, amount bigint, currency text)
      WHERE NOT EXISTS (
        SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = c."gatewayReference" AND f.kind = c.kind AND f.qualifier = c.qualifier
          AND f.amount IS NOT DISTINCT FROM c.amount AND f.currency IS NOT DISTINCT FROM c.currency::currency_code))
  END AND NOT EXISTS (
    SELECT FROM facts r WHERE r.account_id = account AND r.gateway_reference IN (SELECT jsonb_array_elements_text(claim->'references'))
      AND r.kind = 'remark_noted' AND r.qualifier IN (SELECT jsonb_array_elements_text(claim->'remarks'))
      AND NOT EXISTS (SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = r.gateway_reference
                        AND f.kind IN (SELECT jsonb_array_elements_text(claim->'answers'))))
$$;

-- keep_message(payload, dedupe key, sealed bytes, lease): one inbox row, or nothing new.
--   { id, account, channel, payment?: hinted id, claim: see is_known(); its references say which payment is meant where none is named,
--     askAgain?: how often one that was answered is asked about in all, for as long as no money of its payment is known,
--     accountFull?: whether more wait of the account than it may have; a caller that does not say takes everything, turns: turn_rules }
-- answers { refused: true } for a message beyond what may wait: of an account that is full, only those that name no living payment, and
-- of a payment those beyond its own allowance. Else { id, payment, fresh, state, waiting, tell }: `waiting` counts the payment's messages
-- that are not verified yet, this one included; `tell`: its place with Temporal is taken, and the caller is to tell it.
CREATE FUNCTION keep_message(payload jsonb, dedupe bytea, sealed_bytes bytea, lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  account text := payload->>'account';
  refs jsonb := payload->'claim'->'references';
  rules turn_rules := jsonb_populate_record(NULL::turn_rules, payload->'turns');
  payment text; row_id text := payload->>'id'; initial notification_state := 'received'; existing notifications; waiting bigint := 0;
  is_stray boolean; tell boolean := false; due timestamptz;
BEGIN
  SELECT id INTO payment FROM payments WHERE id = payload->>'payment' AND account_id = account;
  IF payment IS NULL THEN
    SELECT id INTO payment FROM payments WHERE account_id = account AND checkout_reference IN (SELECT jsonb_array_elements_text(refs)) LIMIT 1;
  END IF;
  IF payment IS NULL THEN
    SELECT bound_payment_id INTO payment FROM payment_facts
      WHERE account_id = account AND gateway_reference IN (SELECT jsonb_array_elements_text(refs)) AND bound_payment_id IS NOT NULL LIMIT 1;
  END IF;
  is_stray := names_no_living(payment);
  IF payload->'accountFull' IS NOT NULL AND (
      CASE WHEN is_stray THEN (payload->>'accountFull')::boolean
      ELSE (SELECT count(*) FROM outbox WHERE payment_id = payment AND kind = 'notification') >= rules.acceptable END) THEN
    RETURN jsonb_build_object('refused', true);
  END IF;
  IF is_known(account, payload->'claim') THEN initial := 'duplicate'; END IF;

  INSERT INTO notifications (id, account_id, dedupe_key, channel, sealed, state, payment_id)
    VALUES (row_id, account, dedupe, payload->>'channel', sealed_bytes, initial, payment) ON CONFLICT (account_id, dedupe_key) DO NOTHING;
  IF NOT FOUND THEN
    UPDATE notifications SET state = 'received', reverified = true, reason = NULL
      WHERE account_id = account AND dedupe_key = dedupe
        AND (state = 'invalid' AND NOT reverified
          OR state IN ('applied', 'duplicate', 'invalid') AND attempts < (payload->>'askAgain')::int
            AND NOT EXISTS (SELECT FROM payment_facts f WHERE f.bound_payment_id = notifications.payment_id AND f.kind = 'payment_captured'))
      RETURNING * INTO existing;
    IF NOT FOUND THEN
      SELECT * INTO existing FROM notifications WHERE account_id = account AND dedupe_key = dedupe;
      RETURN jsonb_build_object('id', existing.id, 'payment', existing.payment_id, 'fresh', false, 'state', existing.state, 'waiting', 0, 'tell', false);
    END IF;
    row_id := existing.id; payment := existing.payment_id; initial := 'received'; is_stray := names_no_living(payment);
  END IF;
  IF initial = 'received' THEN
    SELECT c.tell, c.due INTO tell, due FROM claim_place(account, payment, is_stray, rules) c;
    INSERT INTO outbox (subject_id, kind, payment_id, account_id, stray, told_at, due_at)
      VALUES (row_id, 'notification', payment, account, is_stray, CASE WHEN tell THEN now() END, CASE WHEN tell THEN now() + lease ELSE due END)
      ON CONFLICT DO NOTHING;
    IF payment IS NOT NULL THEN SELECT count(*) INTO waiting FROM outbox WHERE payment_id = payment AND kind = 'notification'; END IF;
  END IF;
  RETURN jsonb_build_object('id', row_id, 'payment', payment, 'fresh', initial = 'received', 'state', initial, 'waiting', waiting, 'tell', tell);
END $$;

-- A message that the gateway gives no answer to leaves its place to one that waits for it, and is asked about again after the pause: else a
-- few that are never answered would keep out all others of their account. Where nobody waits it stays where it is.
CREATE FUNCTION leave_place(message text, pause interval) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE outbox o SET told_at = NULL, due_at = now() + pause
    WHERE o.subject_id = message AND o.told_at IS NOT NULL AND first_due(o.account_id, o.stray) <= now();
  RETURN FOUND;
END $$;

-- The accounts with a message whose turn may have come, one step through the index for each, however many messages wait.
CREATE FUNCTION accounts_in_turn(rules turn_rules) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE walk AS (
    (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id IS NOT NULL ORDER BY o.account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id > w.account_id ORDER BY o.account_id LIMIT 1)
    FROM walk w WHERE w.account_id IS NOT NULL)
  SELECT w.account_id FROM walk w, room_with_temporal(w.account_id, rules) r WHERE w.account_id IS NOT NULL AND r.in_all > 0
    AND (first_due(w.account_id, false) <= now() OR r.strays > 0 AND first_due(w.account_id, true) <= now() AND NOT strays_rest(w.account_id))
$$;

-- Takes the messages whose turn it is, at most `most`: one of each account, then a second of each, and so on. Within an account those
-- about its living payments come first. A message of a payment that has enough with its run waits some more; one of a payment, or
-- of an account's strays, that was sent back waits until more may be asked. Whoever tells one confirms it within `lease`.
CREATE FUNCTION take_turns_of_messages(most int, rules turn_rules, lease interval)
  RETURNS TABLE (subject_id text, kind outbox_kind, payment_id text, tries int) LANGUAGE plpgsql
  SET enable_seqscan = off -- as above
AS $$
DECLARE accounts text[];
BEGIN
  -- At random, so that of more accounts than one sweep takes none is always the last; an account that another sweeper serves is left to it.
  accounts := ARRAY(SELECT a.account FROM (SELECT account FROM accounts_in_turn(rules) AS account ORDER BY random() LIMIT most) a
                    WHERE pg_try_advisory_xact_lock(turn_lock(a.account)));
  -- A statement of its own: it sees what those who held the locks before have taken.
  RETURN QUERY WITH
    candidates AS (
      SELECT m.*, a.account, r.in_all FROM unnest(accounts) AS a(account), room_with_temporal(a.account, rules) r, LATERAL (
        (SELECT o.subject_id, o.payment_id, o.stray, o.due_at FROM outbox o
          WHERE o.account_id = a.account AND o.told_at IS NULL AND NOT o.stray AND o.due_at <= now() ORDER BY o.due_at LIMIT most)
        UNION ALL
        (SELECT o.subject_id, o.payment_id, o.stray, o.due_at FROM outbox o
          WHERE o.account_id = a.account AND o.told_at IS NULL AND o.stray AND o.due_at <= now() AND NOT strays_rest(a.account)
          ORDER BY o.due_at LIMIT r.strays)) m),
    runs AS (
      SELECT o.payment_id, count(o.told_at) AS under_way, max(o.due_at) FILTER (WHERE o.throttled AND o.told_at IS NULL AND o.due_at > now()) AS rests_until
      FROM outbox o WHERE o.payment_id IN (SELECT c.payment_id FROM candidates c WHERE NOT c.stray) AND o.kind = 'notification' GROUP BY o.payment_id),
    placed AS (
      SELECT c.*, r.rests_until,
        coalesce(r.under_way, 0) + row_number() OVER (PARTITION BY c.stray, c.payment_id ORDER BY c.due_at) AS place
      FROM candidates c LEFT JOIN runs r ON r.payment_id = c.payment_id),
    judged AS (
      SELECT p.*, p.stray OR p.rests_until IS NULL AND p.place <= rules.of_payment AS fits,
        coalesce(p.rests_until, pause_of_place(p.place, rules)) AS due_again
      FROM placed p),
    turns AS (
      SELECT j.*, row_number() OVER (PARTITION BY j.account, j.fits ORDER BY j.stray, j.due_at) AS turn FROM judged j),
    chosen AS (
      (SELECT t.subject_id, t.fits, t.due_again FROM turns t WHERE t.fits AND t.turn <= t.in_all ORDER BY t.turn, t.due_at LIMIT most)
      UNION ALL SELECT t.subject_id, t.fits, t.due_again FROM turns t WHERE NOT t.fits),
    free AS (SELECT o.subject_id FROM outbox o WHERE o.subject_id IN (SELECT c.subject_id FROM chosen c) FOR UPDATE SKIP LOCKED),
    put AS (
      UPDATE outbox o SET told_at = CASE WHEN c.fits THEN now() END, throttled = false, tries = o.tries + c.fits::int,
          due_at = CASE WHEN c.fits THEN now() + lease ELSE c.due_again END
        FROM chosen c JOIN free f ON f.subject_id = c.subject_id WHERE o.subject_id = c.subject_id
        RETURNING o.subject_id, o.kind, o.payment_id, o.tries, c.fits)
    SELECT p.subject_id, p.kind, p.payment_id, p.tries FROM put p WHERE p.fits;
END $$;

-- Takes what is due, at most `most` of each kind, and puts it off, so that no two sweepers take the same: starts, commands and renewals,
-- repeated after `first_pause` that doubles up to `longest_pause`; messages that Temporal was told of long ago and that nobody verified;
-- and the messages whose turn it is.
CREATE FUNCTION take_from_outbox(most int, rules turn_rules, lease interval, first_pause interval, longest_pause interval)
  RETURNS TABLE (subject_id text, kind outbox_kind, payment_id text, tries int) LANGUAGE sql
  SET enable_seqscan = off -- as above
AS $$
  WITH due AS (
    SELECT o.subject_id FROM outbox o WHERE (o.account_id IS NULL OR o.told_at IS NOT NULL) AND o.due_at <= now()
      ORDER BY o.due_at LIMIT most FOR UPDATE SKIP LOCKED),
  taken AS (
    UPDATE outbox o SET tries = o.tries + 1, due_at = now() + CASE o.kind WHEN 'notification' THEN lease
        ELSE least(first_pause * power(2, least(o.tries, 20)), longest_pause) END
      FROM due WHERE o.subject_id = due.subject_id RETURNING o.subject_id, o.kind, o.payment_id, o.tries)
  SELECT * FROM taken UNION ALL SELECT * FROM take_turns_of_messages(most, rules, lease)
$$;

-- take_outbox(payload): { most, turns: turn_rules, lease, firstPause, longestPause }; answers [{ kind, subjectId, paymentId, tries }].
CREATE FUNCTION take_outbox(payload jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('kind', t.kind, 'subjectId', t.subject_id, 'paymentId', t.payment_id, 'tries', t.tries)), '[]')
  FROM take_from_outbox((payload->>'most')::int, jsonb_populate_record(NULL::turn_rules, payload->'turns'),
    (payload->>'lease')::interval, (payload->>'firstPause')::interval, (payload->>'longestPause')::interval) t
$$;

-- ---------------------------------------------------------------- what the release before calls, with the numbers and words it left to SQL

CREATE FUNCTION turn_rules_before() RETURNS turn_rules LANGUAGE sql IMMUTABLE AS $$
  SELECT ROW(20, 20, 100, 2, 10, interval '2 seconds', 500, interval '1 minute')::turn_rules
$$;

CREATE FUNCTION claim_before(payload jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('references', payload->'references', 'answers', '["fee_charged", "payer_fee_charged"]'::jsonb,
      'remarks', '["fee_unreadable", "fee_negative", "fee_in_other_currency"]'::jsonb)
    || CASE WHEN payload->>'channel' IN ('pdt', 'poll')
      THEN jsonb_build_object('money', jsonb_build_object('reference', payload->'references'->>0, 'kind', 'payment_captured'))
      ELSE jsonb_build_object('facts', payload->'facts') END
$$;

CREATE OR REPLACE FUNCTION create_payment(payload jsonb, receivers bytea, lease interval) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT open_payment(payload || jsonb_build_object('status', CASE WHEN payload->>'opened' IS NULL THEN 'created' ELSE 'awaiting_payer' END), receivers, lease)
$$;

CREATE OR REPLACE FUNCTION says_nothing_new(account text, payload jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT is_known(account, claim_before(payload))
$$;

CREATE OR REPLACE FUNCTION receive_notification(payload jsonb, dedupe bytea, sealed_bytes bytea, lease interval) RETURNS jsonb LANGUAGE sql AS $$
  SELECT keep_message(payload || jsonb_build_object('claim', claim_before(payload), 'turns', to_jsonb(turn_rules_before()),
    'askAgain', CASE WHEN payload->>'channel' = 'poll' THEN 20 END), dedupe, sealed_bytes, lease)
$$;

CREATE OR REPLACE FUNCTION give_way(message text) RETURNS boolean LANGUAGE sql AS $$
  SELECT leave_place(message, interval '1 minute')
$$;

CREATE FUNCTION take_due(most int) RETURNS TABLE (subject_id text, kind outbox_kind, payment_id text, tries int) LANGUAGE sql AS $$
  SELECT * FROM take_from_outbox(most, turn_rules_before(), interval '1 minute', interval '5 seconds', interval '1 hour')
$$;

-- A session that prepared its statements before this is refused them for as long as it lives, since the types of their columns are others
-- now. So the sessions of this role end; their pools open others, which wait here until this is committed.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid();
