-- Whatever a stranger can cause without a key costs a row until it is its turn. Anybody who knows an account's notification path can
-- write messages; so the outbox hands Temporal only so many of one account at once, and takes the rest in turns.

ALTER TABLE outbox
  -- The gateway account of a message; other rows have none.
  ADD COLUMN account_id text,
  -- The message names no payment that it could change: see is_living().
  ADD COLUMN stray boolean NOT NULL DEFAULT false,
  -- Since when the message is with Temporal, or with the process that tells it; null while it waits for its turn.
  ADD COLUMN told_at timestamptz,
  -- Verification sent it back: until it is due, nothing else of its turn is worth telling.
  ADD COLUMN throttled boolean NOT NULL DEFAULT false;

UPDATE outbox o SET account_id = n.account_id, stray = o.payment_id IS NULL,
    told_at = CASE WHEN o.due_at > now() + interval '2 minutes' THEN now() END -- put off for long: Temporal had confirmed it
  FROM notifications n WHERE o.kind = 'notification' AND n.id = o.subject_id;

ALTER TABLE outbox ADD CONSTRAINT outbox_messages_have_accounts CHECK ((kind = 'notification') = (account_id IS NOT NULL));

-- The messages that wait for their turn, and those that are with Temporal, each by account.
CREATE INDEX outbox_waiting ON outbox (account_id, stray, due_at) WHERE told_at IS NULL AND account_id IS NOT NULL;
CREATE INDEX outbox_told ON outbox (account_id) WHERE told_at IS NOT NULL AND account_id IS NOT NULL;
CREATE INDEX outbox_throttled ON outbox (account_id, stray, due_at) WHERE throttled;
-- What is taken when it is due, whosever it is: it must not be looked for among a flood that waits.
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (due_at) WHERE account_id IS NULL OR told_at IS NOT NULL;

-- A payment that a message may still change: money came or may come. Without money it ends, and late money may follow for a while:
-- PayPal repeats a message for four days, and a prompt is asked about for three; after a week without news nothing is expected any more.
CREATE FUNCTION is_living(payment payments) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT payment.status NOT IN ('cancelled', 'expired', 'failed')
    OR EXISTS (SELECT FROM facts f WHERE f.payment_id = payment.id AND f.recorded_at > now() - interval '7 days')
$$;

-- How many unverified messages may be with Temporal at once:
--   of_payment: of one payment, so that a flood never floods its run's history;
--   strays: of one account that name no living payment; a gateway that is slow about twenty is not asked about a twenty-first;
--   in_all: of one account. Its payments in flight on the busiest evening.
-- `acceptable`: how many of one payment may wait in all. A payment has a handful of true ones, each repeated some fifteen times.
CREATE FUNCTION message_limits(OUT of_payment int, OUT strays int, OUT in_all int, OUT acceptable int) LANGUAGE sql IMMUTABLE AS $$
  SELECT 20, 20, 100, 500
$$;

-- How many more messages of an account may be told now. All places are for a gateway that is slow; of what was told a moment ago and
-- is most likely before a worker now, a tenth keeps two cores busy, and is as much as others' payments should wait for.
CREATE FUNCTION room_with_temporal(account text, OUT strays int, OUT in_all int) LANGUAGE sql STABLE AS $$
  SELECT greatest(0, least(l.in_all - t.all_told, l.in_all / 10 - t.all_lately, l.strays - t.strays_told, l.strays / 10 - t.strays_lately))::int,
         greatest(0, least(l.in_all - t.all_told, l.in_all / 10 - t.all_lately))::int
  FROM message_limits() l, (
    SELECT count(*) AS all_told, count(*) FILTER (WHERE lately) AS all_lately,
           count(*) FILTER (WHERE stray) AS strays_told, count(*) FILTER (WHERE stray AND lately) AS strays_lately
    FROM (SELECT o.stray, o.told_at > now() - interval '2 seconds' AS lately FROM outbox o WHERE o.account_id = account AND o.told_at IS NOT NULL) told) t
$$;

-- Whether an account's strays wait until its gateway may be asked about such messages again.
CREATE FUNCTION strays_rest(account text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT max(o.due_at) FROM outbox o WHERE o.account_id = account AND o.stray AND o.throttled) > now(), false)
$$;

-- When the first of an account's waiting messages is due, of its strays or of the others; null where none waits.
CREATE FUNCTION first_due(account text, of_strays boolean) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT min(o.due_at) FROM outbox o WHERE o.account_id = account AND o.stray = of_strays AND o.told_at IS NULL
$$;

-- When a message is due again whose payment has enough with its run: as many in each minute as may be with the run at once, so that
-- those of one payment are never many before the others of their account.
CREATE FUNCTION pause_of_place(place bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT now() + interval '1 minute' * greatest(1, (place - 1) / l.of_payment) FROM message_limits() l
$$;

-- Held until the transaction ends by whoever hands out an account's room: two at once would both give the last place away.
CREATE FUNCTION turn_lock(account text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT hashtextextended('the turn of ' || account, 0)
$$;

-- Whether a message that has just come may be told at once: nobody waits before it, and there is room. Only then is the lock asked for.
-- Else when it is due: behind the others of its payment, and later where the payment's run has enough.
CREATE FUNCTION claim_place(account text, payment text, is_stray boolean, OUT tell boolean, OUT due timestamptz) LANGUAGE plpgsql
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
    due := greatest(due, now(), CASE WHEN under_way >= (message_limits()).of_payment THEN pause_of_place(unverified + 1) END);
  END IF;
  tell := NOT waits AND has_room(account, payment, is_stray);
  IF tell THEN
    PERFORM pg_advisory_xact_lock(turn_lock(account));
    tell := has_room(account, payment, is_stray);
  END IF;
END $$;

CREATE FUNCTION has_room(account text, payment text, is_stray boolean) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN is_stray THEN r.strays > 0 ELSE r.in_all > 0
      AND (SELECT count(o.told_at) FROM outbox o WHERE o.payment_id = payment AND o.kind = 'notification') < l.of_payment END
  FROM room_with_temporal(account) r, message_limits() l
$$;

-- A message that the gateway gives no answer to leaves its place to one that waits for it, and is asked about again in a minute: else a few
-- that are never answered would keep out all others of their account. Where nobody waits it stays where it is.
CREATE FUNCTION give_way(message text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE outbox o SET told_at = NULL, due_at = now() + interval '1 minute'
    WHERE o.subject_id = message AND o.told_at IS NOT NULL AND first_due(o.account_id, o.stray) <= now();
  RETURN FOUND;
END $$;

-- receive_notification(payload, dedupe key, sealed bytes): one inbox row, or nothing new.
--   { id, account, channel, payment?: hinted id, references: [text], facts: [{ gatewayReference, kind, qualifier, amount, currency }],
--     accountFull?: whether more wait of the account than it may have; a caller that does not say takes everything }
-- answers { refused: true } for a message beyond what may wait: of an account that is full, only those that name no living payment, and
-- of a payment those beyond its own allowance. Else { id, payment, fresh, state, waiting, tell }: `waiting` counts the payment's messages
-- that are not verified yet, this one included; `tell`: its place with Temporal is taken, and the caller is to tell it.
CREATE OR REPLACE FUNCTION receive_notification(payload jsonb, dedupe bytea, sealed_bytes bytea, lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  account text := payload->>'account';
  payment text; row_id text := payload->>'id'; initial notification_state := 'received'; existing notifications; waiting bigint := 0;
  is_stray boolean; tell boolean := false; due timestamptz;
BEGIN
  SELECT id INTO payment FROM payments WHERE id = payload->>'payment' AND account_id = account;
  IF payment IS NULL THEN
    SELECT id INTO payment FROM payments WHERE account_id = account AND checkout_reference IN (SELECT jsonb_array_elements_text(payload->'references')) LIMIT 1;
  END IF;
  IF payment IS NULL THEN
    SELECT bound_payment_id INTO payment FROM payment_facts
      WHERE account_id = account AND gateway_reference IN (SELECT jsonb_array_elements_text(payload->'references')) AND bound_payment_id IS NOT NULL LIMIT 1;
  END IF;
  is_stray := names_no_living(payment);
  IF payload->'accountFull' IS NOT NULL AND (
      CASE WHEN is_stray THEN (payload->>'accountFull')::boolean
      ELSE (SELECT count(*) FROM outbox WHERE payment_id = payment AND kind = 'notification') >= (message_limits()).acceptable END) THEN
    RETURN jsonb_build_object('refused', true);
  END IF;
  IF says_nothing_new(account, payload) THEN initial := 'duplicate'; END IF;

  INSERT INTO notifications (id, account_id, dedupe_key, channel, sealed, state, payment_id)
    VALUES (row_id, account, dedupe, (payload->>'channel')::notification_channel, sealed_bytes, initial, payment) ON CONFLICT (account_id, dedupe_key) DO NOTHING;
  IF NOT FOUND THEN
    UPDATE notifications SET state = 'received', reverified = true, reason = NULL
      WHERE account_id = account AND dedupe_key = dedupe
        AND (state = 'invalid' AND NOT reverified OR may_ask_again(notifications)) RETURNING * INTO existing;
    IF NOT FOUND THEN
      SELECT * INTO existing FROM notifications WHERE account_id = account AND dedupe_key = dedupe;
      RETURN jsonb_build_object('id', existing.id, 'payment', existing.payment_id, 'fresh', false, 'state', existing.state, 'waiting', 0, 'tell', false);
    END IF;
    row_id := existing.id; payment := existing.payment_id; initial := 'received'; is_stray := names_no_living(payment);
  END IF;
  IF initial = 'received' THEN
    SELECT c.tell, c.due INTO tell, due FROM claim_place(account, payment, is_stray) c;
    INSERT INTO outbox (subject_id, kind, payment_id, account_id, stray, told_at, due_at)
      VALUES (row_id, 'notification', payment, account, is_stray, CASE WHEN tell THEN now() END, CASE WHEN tell THEN now() + lease ELSE due END)
      ON CONFLICT DO NOTHING;
    IF payment IS NOT NULL THEN SELECT count(*) INTO waiting FROM outbox WHERE payment_id = payment AND kind = 'notification'; END IF;
  END IF;
  RETURN jsonb_build_object('id', row_id, 'payment', payment, 'fresh', initial = 'received', 'state', initial, 'waiting', waiting, 'tell', tell);
END $$;

CREATE FUNCTION names_no_living(payment text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM payments p WHERE p.id = payment AND is_living(p))
$$;

-- Sends messages that wait for this money on their way again, now that its payment is known.
CREATE OR REPLACE FUNCTION wake_messages(account text, payment text, money_references text[]) RETURNS void LANGUAGE sql AS $$
  WITH woken AS (
    UPDATE notifications SET state = 'received', payment_id = payment
      WHERE account_id = account AND parent_reference = ANY (money_references) AND state = 'unmatched' RETURNING id)
  INSERT INTO outbox (subject_id, kind, payment_id, account_id, due_at) SELECT id, 'notification', payment, account, now() FROM woken ON CONFLICT DO NOTHING
$$;

-- The accounts with a message whose turn may have come, one step through the index for each, however many messages wait.
CREATE FUNCTION accounts_in_turn() RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE walk AS (
    (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id IS NOT NULL ORDER BY o.account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id > w.account_id ORDER BY o.account_id LIMIT 1)
    FROM walk w WHERE w.account_id IS NOT NULL)
  SELECT w.account_id FROM walk w, room_with_temporal(w.account_id) r WHERE w.account_id IS NOT NULL AND r.in_all > 0
    AND (first_due(w.account_id, false) <= now() OR r.strays > 0 AND first_due(w.account_id, true) <= now() AND NOT strays_rest(w.account_id))
$$;

-- Takes the messages whose turn it is, at most `most`: one of each account, then a second of each, and so on. Within an account those
-- about its living payments come first. A message of a payment that has enough with its run waits some more; one of a payment, or
-- of an account's strays, that was sent back waits until more may be asked.
CREATE FUNCTION take_turns_of_messages(most int) RETURNS TABLE (subject_id text, kind outbox_kind, payment_id text, tries int) LANGUAGE plpgsql
  SET enable_seqscan = off -- as above
AS $$
DECLARE accounts text[];
BEGIN
  -- At random, so that of more accounts than one sweep takes none is always the last; an account that another sweeper serves is left to it.
  accounts := ARRAY(SELECT a.account FROM (SELECT account FROM accounts_in_turn() AS account ORDER BY random() LIMIT most) a
                    WHERE pg_try_advisory_xact_lock(turn_lock(a.account)));
  -- A statement of its own: it sees what those who held the locks before have taken.
  RETURN QUERY WITH
    candidates AS (
      SELECT m.*, a.account, r.in_all FROM unnest(accounts) AS a(account), room_with_temporal(a.account) r, LATERAL (
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
      SELECT p.*, p.stray OR p.rests_until IS NULL AND p.place <= l.of_payment AS fits,
        coalesce(p.rests_until, pause_of_place(p.place)) AS due_again
      FROM placed p, message_limits() l),
    turns AS (
      SELECT j.*, row_number() OVER (PARTITION BY j.account, j.fits ORDER BY j.stray, j.due_at) AS turn FROM judged j),
    chosen AS (
      (SELECT t.subject_id, t.fits, t.due_again FROM turns t WHERE t.fits AND t.turn <= t.in_all ORDER BY t.turn, t.due_at LIMIT most)
      UNION ALL SELECT t.subject_id, t.fits, t.due_again FROM turns t WHERE NOT t.fits),
    free AS (SELECT o.subject_id FROM outbox o WHERE o.subject_id IN (SELECT c.subject_id FROM chosen c) FOR UPDATE SKIP LOCKED),
    put AS (
      UPDATE outbox o SET told_at = CASE WHEN c.fits THEN now() END, throttled = false, tries = o.tries + c.fits::int,
          due_at = CASE WHEN c.fits THEN now() + interval '1 minute' ELSE c.due_again END -- who tells it has a minute to confirm
        FROM chosen c JOIN free f ON f.subject_id = c.subject_id WHERE o.subject_id = c.subject_id
        RETURNING o.subject_id, o.kind, o.payment_id, o.tries, c.fits)
    SELECT p.subject_id, p.kind, p.payment_id, p.tries FROM put p WHERE p.fits;
END $$;

-- Takes what is due, at most `most` of each kind, and puts it off, so that no two sweepers take the same: starts and commands, repeated
-- with a growing pause; messages that Temporal was told of long ago and that nobody verified; and the messages whose turn it is.
CREATE OR REPLACE FUNCTION take_due(most int) RETURNS TABLE (subject_id text, kind outbox_kind, payment_id text, tries int) LANGUAGE sql
  SET enable_seqscan = off -- as above
AS $$
  WITH due AS (
    SELECT o.subject_id FROM outbox o WHERE (o.account_id IS NULL OR o.told_at IS NOT NULL) AND o.due_at <= now()
      ORDER BY o.due_at LIMIT most FOR UPDATE SKIP LOCKED),
  taken AS (
    UPDATE outbox o SET tries = o.tries + 1, due_at = now() + CASE o.kind WHEN 'notification' THEN interval '1 minute'
        ELSE least(interval '5 seconds' * power(2, least(o.tries, 10)), interval '1 hour') END
      FROM due WHERE o.subject_id = due.subject_id RETURNING o.subject_id, o.kind, o.payment_id, o.tries)
  SELECT * FROM taken UNION ALL SELECT * FROM take_turns_of_messages(most)
$$;
