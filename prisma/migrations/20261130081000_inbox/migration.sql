-- The inbox costs the same however many messages lie in it: a message's row stays small and is settled in its page, its bytes lie in a
-- table of their own, and every list and every return reads by an index.

-- Identity alone makes a sequence unique. An index on it is a write a row, and tempts the planner to walk a whole table for one merchant's page.
-- These come first, and in the order in which bookings take the tables: one that is under way is waited for and never waits in a circle.
ALTER TABLE members DROP CONSTRAINT members_sequence_key;
ALTER TABLE charges DROP CONSTRAINT charges_sequence_key;
ALTER TABLE payments DROP CONSTRAINT payments_sequence_key;
ALTER TABLE notifications DROP CONSTRAINT notifications_sequence_key,
  -- Bytes lie in a table of their own: see notification_bodies.
  ALTER COLUMN sealed DROP NOT NULL;

-- ---------------------------------------------------------------- what is recorded of a payment

-- Whether a fact of one of these kinds is recorded of a payment. It is the only way to ask for a payment's facts: by bound_payment_id no
-- index serves the view payment_facts, which is for looking up references and for the audit.
CREATE FUNCTION has_facts(payment text, kinds text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM facts f WHERE f.payment_id = payment AND f.kind = ANY (kinds))
    OR EXISTS (SELECT FROM fact_bindings b JOIN facts f ON f.id = b.fact_id WHERE b.payment_id = payment AND f.kind = ANY (kinds))
$$;

CREATE OR REPLACE FUNCTION is_known(account text, claim jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN claim->'money' IS NOT NULL THEN EXISTS (
      SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = claim->'money'->>'reference' AND f.kind = claim->'money'->>'kind')
      OR EXISTS (
      SELECT FROM payments p WHERE p.account_id = account AND p.checkout_reference = claim->'money'->>'reference'
        AND has_facts(p.id, ARRAY[claim->'money'->>'kind']))
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

CREATE OR REPLACE FUNCTION wake_to_book(payment text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO outbox (subject_id, kind, payment_id, due_at)
    SELECT 'wake ' || payment, 'wake', payment, now()
    WHERE has_facts(payment, '{payment_refunded,payment_reversed,reversal_cancelled,dispute_adjusted,dispute_opened,dispute_closed}')
    ON CONFLICT DO NOTHING
$$;

-- ---------------------------------------------------------------- the bytes of a message

-- What a stranger wrote, and all of it: the headers and raw bytes, and who is said to have paid. Both are sealed for the message's account.
-- Rows are only added, but for a rotation of the key, and forgotten when nothing came of the message.
CREATE TABLE notification_bodies (
  notification_id text PRIMARY KEY,
  sealed bytea NOT NULL,
  -- Null where the release before received it: then it is read from the bytes.
  payer bytea
);

CREATE FUNCTION refuse_changed_body() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('quittance.rotating_keys', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'the bytes of message % stay as they came', OLD.notification_id USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM notifications WHERE id = OLD.notification_id AND state = 'invalid') THEN
    RAISE EXCEPTION 'message % is not invalid: its bytes stay', OLD.notification_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER notification_bodies_stay BEFORE UPDATE OR DELETE ON notification_bodies FOR EACH ROW EXECUTE FUNCTION refuse_changed_body();
CREATE TRIGGER notification_bodies_stay_whole BEFORE TRUNCATE ON notification_bodies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Bytes that lie in notifications.sealed are moved a batch at a time while everything runs, and readers look in both places. Until a day has
-- passed, what comes is written to both, for the workers and APIs of the release before. The row goes when all is moved; a database without
-- accounts has no release before, and never has it.
CREATE TABLE bodies_to_move (
  id int PRIMARY KEY CHECK (id = 1),
  shared_until timestamptz NOT NULL,
  -- How far they are moved.
  account_id text NOT NULL DEFAULT '',
  sequence bigint NOT NULL DEFAULT 0
);
INSERT INTO bodies_to_move (id, shared_until) SELECT 1, now() + interval '1 day' WHERE EXISTS (SELECT FROM gateway_accounts);

-- Moves the bytes of the next `most` messages; answers how many were looked at, 0 when there is nothing more to do, or not yet.
CREATE FUNCTION move_bodies(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE place bodies_to_move; visited int;
BEGIN
  -- A minute more than the day: a message that was received at its last moment is committed by then.
  SELECT * INTO place FROM bodies_to_move WHERE shared_until < now() - interval '1 minute' FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  WITH batch AS MATERIALIZED (
      SELECT n.id, n.account_id, n.sequence, n.sealed FROM notifications n WHERE (n.account_id, n.sequence) > (place.account_id, place.sequence)
        ORDER BY n.account_id, n.sequence LIMIT most FOR NO KEY UPDATE), -- a rotation of the key is waited for
    moved AS (
      INSERT INTO notification_bodies (notification_id, sealed) SELECT b.id, b.sealed FROM batch b WHERE b.sealed IS NOT NULL ON CONFLICT DO NOTHING),
    emptied AS (
      UPDATE notifications n SET sealed = NULL FROM batch b WHERE n.id = b.id AND n.sealed IS NOT NULL),
    furthest AS (
      UPDATE bodies_to_move m SET account_id = b.account_id, sequence = b.sequence
        FROM (SELECT * FROM batch ORDER BY account_id DESC, sequence DESC LIMIT 1) b WHERE m.id = place.id)
    SELECT count(*) INTO visited FROM batch;
  IF visited = 0 THEN DELETE FROM bodies_to_move WHERE id = place.id; END IF;
  RETURN visited;
END $$;

-- ---------------------------------------------------------------- where a message stands, beside its row

-- Messages that were not applied: the few that a person looks for, and those that wait. `state` is in no index of notifications, so that
-- settling one writes no index anew; what lists by state reads here.
CREATE TABLE unapplied_messages (
  account_id text NOT NULL,
  state notification_state NOT NULL CHECK (state <> 'applied'),
  sequence bigint NOT NULL,
  notification_id text NOT NULL,
  -- When it came to stand so.
  since timestamptz NOT NULL DEFAULT now(),
  -- Its bytes are forgotten.
  forgotten boolean NOT NULL DEFAULT false,
  PRIMARY KEY (account_id, state, sequence)
);

-- The channels by which a verified message of an account has come: some settings can only be proven by what they send.
CREATE TABLE account_channels_seen (
  account_id text NOT NULL,
  channel notification_channel NOT NULL,
  PRIMARY KEY (account_id, channel)
);
CREATE TRIGGER account_channels_seen_stay BEFORE UPDATE OR DELETE ON account_channels_seen FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_channels_seen_stay_whole BEFORE TRUNCATE ON account_channels_seen FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION note_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state <> 'applied' THEN
    DELETE FROM unapplied_messages WHERE account_id = OLD.account_id AND state = OLD.state AND sequence = OLD.sequence;
  END IF;
  IF NEW.state <> 'applied' THEN
    INSERT INTO unapplied_messages (account_id, state, sequence, notification_id) VALUES (NEW.account_id, NEW.state, NEW.sequence, NEW.id);
  END IF;
  IF NEW.state IN ('applied', 'duplicate', 'unmatched') AND NEW.dismissal IS NULL THEN
    INSERT INTO account_channels_seen (account_id, channel) VALUES (NEW.account_id, NEW.channel) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER notifications_received AFTER INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION note_state();
CREATE TRIGGER notifications_settled AFTER UPDATE OF state ON notifications FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_state();

INSERT INTO unapplied_messages (account_id, state, sequence, notification_id, since)
  SELECT account_id, state, sequence, id, received_at FROM notifications WHERE state <> 'applied';
INSERT INTO account_channels_seen (account_id, channel)
  SELECT DISTINCT account_id, channel FROM notifications WHERE state IN ('applied', 'duplicate', 'unmatched') AND dismissal IS NULL;

-- Those whose bytes are to be forgotten.
CREATE INDEX unapplied_messages_to_forget ON unapplied_messages (since) WHERE state = 'invalid' AND NOT forgotten;

-- Forgets the bytes of at most `most` messages that were found invalid so long ago; answers how many. Not while the release before may still
-- look for them in the other place. One that comes again is kept anew with its bytes, and verified once more as ever.
CREATE FUNCTION forget_bodies(after interval, most int) RETURNS int LANGUAGE sql AS $$
  WITH due AS (
    SELECT u.account_id, u.sequence, u.notification_id FROM unapplied_messages u
      WHERE u.state = 'invalid' AND NOT u.forgotten AND u.since < now() - after AND NOT EXISTS (SELECT FROM bodies_to_move)
      ORDER BY u.since LIMIT most FOR UPDATE SKIP LOCKED),
  bytes AS (
    DELETE FROM notification_bodies b USING due WHERE b.notification_id = due.notification_id),
  marked AS (
    UPDATE unapplied_messages u SET forgotten = true FROM due WHERE u.account_id = due.account_id AND u.state = 'invalid' AND u.sequence = due.sequence)
  SELECT count(*)::int FROM due
$$;

-- ---------------------------------------------------------------- receiving

-- receive_message(payload, dedupe key, sealed bytes, sealed payer, lease): one inbox row and its bytes, or nothing new.
--   { id, account, channel, payment?: hinted id, claim: see is_known(); its references say which payment is meant where none is named,
--     askAgain?: how often one that was answered is asked about in all, for as long as no money of its payment is known,
--     accountFull?: whether more wait of the account than it may have; a caller that does not say takes everything, turns: turn_rules }
-- answers { refused: true } for a message beyond what may wait: of an account that is full, only those that name no living payment, and
-- of a payment those beyond its own allowance. Else { id, payment, fresh, state, waiting, tell }: `waiting` counts the payment's messages
-- that are not verified yet, this one included; `tell`: its place with Temporal is taken, and the caller is to tell it.
CREATE FUNCTION receive_message(payload jsonb, dedupe bytea, sealed_bytes bytea, sealed_payer bytea, lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  account text := payload->>'account';
  refs jsonb := payload->'claim'->'references';
  rules turn_rules := jsonb_populate_record(NULL::turn_rules, payload->'turns');
  shared bytea := CASE WHEN EXISTS (SELECT FROM bodies_to_move WHERE shared_until > now()) THEN sealed_bytes END;
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
    VALUES (row_id, account, dedupe, payload->>'channel', shared, initial, payment) ON CONFLICT (account_id, dedupe_key) DO NOTHING;
  IF NOT FOUND THEN
    UPDATE notifications SET state = 'received', reverified = true, reason = NULL
      WHERE account_id = account AND dedupe_key = dedupe
        AND (state = 'invalid' AND NOT reverified
          OR state IN ('applied', 'duplicate', 'invalid') AND attempts < (payload->>'askAgain')::int
            AND NOT has_facts(notifications.payment_id, '{payment_captured}'))
      RETURNING * INTO existing;
    IF NOT FOUND THEN
      SELECT * INTO existing FROM notifications WHERE account_id = account AND dedupe_key = dedupe;
      RETURN jsonb_build_object('id', existing.id, 'payment', existing.payment_id, 'fresh', false, 'state', existing.state, 'waiting', 0, 'tell', false);
    END IF;
    row_id := existing.id; payment := existing.payment_id; initial := 'received'; is_stray := names_no_living(payment);
  END IF;
  IF existing.sealed IS NULL THEN -- else its bytes lie there until they are moved
    INSERT INTO notification_bodies (notification_id, sealed, payer) VALUES (row_id, sealed_bytes, sealed_payer) ON CONFLICT DO NOTHING;
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

-- What the release before calls.
CREATE OR REPLACE FUNCTION keep_message(payload jsonb, dedupe bytea, sealed_bytes bytea, lease interval) RETURNS jsonb LANGUAGE sql AS $$
  SELECT receive_message(payload, dedupe, sealed_bytes, NULL, lease)
$$;

-- Sends messages that wait for this money on their way again, now that its payment is known.
CREATE OR REPLACE FUNCTION wake_messages(account text, payment text, money_references text[]) RETURNS void LANGUAGE sql AS $$
  WITH woken AS (
    UPDATE notifications SET state = 'received', payment_id = payment
      WHERE account_id = account AND parent_reference = ANY (money_references) AND parent_reference IS NOT NULL AND state = 'unmatched' RETURNING id)
  INSERT INTO outbox (subject_id, kind, payment_id, account_id, due_at) SELECT id, 'notification', payment, account, now() FROM woken ON CONFLICT DO NOTHING
$$;

-- ---------------------------------------------------------------- what must never have a row

CREATE VIEW inv_unapplied_are_listed AS
  (SELECT account_id, state::text, sequence, id AS notification FROM notifications WHERE state <> 'applied'
    EXCEPT SELECT account_id, state::text, sequence, notification_id FROM unapplied_messages)
  UNION ALL
  (SELECT account_id, state::text, sequence, notification_id FROM unapplied_messages
    EXCEPT SELECT account_id, state::text, sequence, id FROM notifications WHERE state <> 'applied');
COMMENT ON VIEW inv_unapplied_are_listed IS 'every message that was not applied is listed as what it is, and no other';

CREATE VIEW inv_received_can_be_read AS
  SELECT n.id AS notification FROM notifications n WHERE n.state = 'received' AND n.sealed IS NULL
    AND NOT EXISTS (SELECT FROM notification_bodies b WHERE b.notification_id = n.id);
COMMENT ON VIEW inv_received_can_be_read IS 'a message that is not verified yet has its bytes';
