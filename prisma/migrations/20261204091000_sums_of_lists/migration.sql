-- Sums of whole lists and of whole periods that cost the same however many payments there are.

-- ---------------------------------------------------------------- what came and went of each payment

-- Derived like the status, and written by the same statement. Null: opened under an earlier release, and not counted yet.
ALTER TABLE payments ADD COLUMN captured bigint, ADD COLUMN fee bigint, ADD COLUMN refunded bigint;
ALTER TABLE payments ALTER captured SET DEFAULT 0, ALTER fee SET DEFAULT 0, ALTER refunded SET DEFAULT 0;
COMMENT ON COLUMN payments.captured IS 'All that the gateway took of the payer in the currency of the payment; null: not counted yet.';
COMMENT ON COLUMN payments.fee IS 'What the gateway kept of it.';
COMMENT ON COLUMN payments.refunded IS 'What of it was given back.';

-- The same of every payment, from what is recorded.
CREATE VIEW payment_sums AS
  WITH told AS (
    SELECT f.bound_payment_id AS payment_id, f.kind, f.gateway_reference, f.amount, f.currency
    FROM payment_facts f WHERE f.kind IN ('payment_captured', 'fee_charged') AND f.bound_payment_id IS NOT NULL),
  came AS (
    SELECT p.id, sum(t.amount) FILTER (WHERE t.kind = 'payment_captured') AS captured, sum(t.amount) FILTER (WHERE t.kind = 'fee_charged') AS fee
    FROM told t JOIN payments p ON p.id = t.payment_id AND p.currency = t.currency GROUP BY p.id),
  went AS (
    SELECT r.payment_id AS id, sum(r.amount) AS refunded FROM refunds r JOIN payments p ON p.id = r.payment_id AND p.currency = r.currency
    WHERE r.status = 'succeeded' AND EXISTS (SELECT FROM told t WHERE t.payment_id = r.payment_id AND t.kind = 'payment_captured' AND t.gateway_reference = r.capture_reference)
    GROUP BY r.payment_id)
  SELECT p.id AS payment_id, coalesce(c.captured, 0)::bigint AS captured, coalesce(c.fee, 0)::bigint AS fee, coalesce(w.refunded, 0)::bigint AS refunded
  FROM payments p LEFT JOIN came c ON c.id = p.id LEFT JOIN went w ON w.id = p.id;
COMMENT ON VIEW payment_sums IS 'What came and went of each payment, from what is recorded. It reads whole tables.';

-- count_payment(payment): the same of one payment, for writers of earlier releases, which do not say it, and for what they wrote.
CREATE FUNCTION count_payment(payment text) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE code text; sums record;
BEGIN
  SELECT p.currency INTO code FROM payments p WHERE p.id = payment FOR NO KEY UPDATE;
  WITH told AS MATERIALIZED (
    SELECT f.kind, f.gateway_reference, f.amount, f.currency FROM facts f WHERE f.payment_id = payment
    UNION ALL SELECT f.kind, f.gateway_reference, f.amount, f.currency FROM fact_bindings b JOIN facts f ON f.id = b.fact_id WHERE b.payment_id = payment)
  SELECT coalesce(sum(t.amount) FILTER (WHERE t.kind = 'payment_captured'), 0)::bigint AS captured,
         coalesce(sum(t.amount) FILTER (WHERE t.kind = 'fee_charged'), 0)::bigint AS fee,
         (SELECT coalesce(sum(r.amount), 0)::bigint FROM refunds r WHERE r.payment_id = payment AND r.status = 'succeeded' AND r.currency = code
            AND r.capture_reference IN (SELECT c.gateway_reference FROM told c WHERE c.kind = 'payment_captured')) AS refunded
    INTO sums FROM told t WHERE t.currency = code;
  UPDATE payments p SET captured = sums.captured, fee = sums.fee, refunded = sums.refunded
    WHERE p.id = payment AND (p.captured, p.fee, p.refunded) IS DISTINCT FROM (sums.captured, sums.fee, sums.refunded);
END $$;

-- As before, and writes what came and went with the status.
CREATE OR REPLACE FUNCTION record_turn(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
    UPDATE payments p SET status = (standing->>'status')::payment_status, attention = standing->>'attention', attentions = standing->'attentions', capturing_since = NULL,
        captured = coalesce((standing->>'captured')::bigint, p.captured), fee = coalesce((standing->>'fee')::bigint, p.fee), refunded = coalesce((standing->>'refunded')::bigint, p.refunded)
      WHERE id = payment AND (p.status, p.attention, p.attentions, p.capturing_since, p.captured, p.fee, p.refunded)
        IS DISTINCT FROM ((standing->>'status')::payment_status, standing->>'attention', standing->'attentions', NULL,
          coalesce((standing->>'captured')::bigint, p.captured), coalesce((standing->>'fee')::bigint, p.fee), coalesce((standing->>'refunded')::bigint, p.refunded));
    IF jsonb_array_length(standing->'refunds') > 0 THEN PERFORM write_refunds(merchant, account, payment, message, member, standing->'refunds'); END IF;
    IF payment IS NOT NULL AND jsonb_array_length(standing->'disputes') > 0 THEN PERFORM write_disputes(merchant, payment, member, payload->>'gateway', standing->'disputes'); END IF;
    -- The release before does not say what came and went.
    IF payment IS NOT NULL AND standing->>'captured' IS NULL THEN PERFORM count_payment(payment); END IF;
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
      WHERE id IN (SELECT u.notification_id FROM unapplied_messages u WHERE u.account_id = account AND u.state = 'unmatched')
        AND gateway_reference = parent AND kind = 'payment_captured' AND left_of(account, parent) <= 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'recorded', 'fresh', fresh);
END $$;

-- As before, and counts what the release before the last recorded.
CREATE OR REPLACE FUNCTION record(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE recorded jsonb := record_unwoken(payload);
BEGIN
  IF payload->>'payment' IS NOT NULL AND recorded->>'outcome' = 'recorded' THEN
    PERFORM count_payment(payload->>'payment');
    PERFORM wake_to_book(payload->>'payment');
  END IF;
  RETURN recorded;
END $$;

-- ---------------------------------------------------------------- the days of payments

CREATE TABLE payment_days (
  account_id text NOT NULL,
  day date NOT NULL,
  status payment_status NOT NULL,
  payments bigint NOT NULL,
  captured bigint NOT NULL,
  fee bigint NOT NULL,
  refunded bigint NOT NULL,
  PRIMARY KEY (account_id, day, status)
);
COMMENT ON TABLE payment_days IS 'How many of an account''s payments of a day (UTC) are in a status, with their sums, but for the changes that are not folded in yet.';

-- A booking adds rows here, so that no two wait for each other as they would for the one row of a day.
CREATE TABLE payment_day_changes (
  account_id text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  day date NOT NULL,
  status payment_status NOT NULL,
  payments int NOT NULL,
  captured bigint NOT NULL,
  fee bigint NOT NULL,
  refunded bigint NOT NULL,
  PRIMARY KEY (account_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000); -- its rows stay for minutes
COMMENT ON TABLE payment_day_changes IS 'What is to be added to payment_days; each stays until the next upkeep.';

CREATE FUNCTION note_payment_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.captured IS NOT NULL THEN
    INSERT INTO payment_day_changes (account_id, day, status, payments, captured, fee, refunded)
      VALUES (OLD.account_id, (OLD.created_at AT TIME ZONE 'UTC')::date, OLD.status, -1, -OLD.captured, -OLD.fee, -OLD.refunded),
             (NEW.account_id, (NEW.created_at AT TIME ZONE 'UTC')::date, NEW.status, 1, NEW.captured, NEW.fee, NEW.refunded);
  ELSIF NEW.captured IS NOT NULL THEN
    INSERT INTO payment_day_changes (account_id, day, status, payments, captured, fee, refunded)
      VALUES (NEW.account_id, (NEW.created_at AT TIME ZONE 'UTC')::date, NEW.status, 1, NEW.captured, NEW.fee, NEW.refunded);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payments_day_begun AFTER INSERT ON payments FOR EACH ROW EXECUTE FUNCTION note_payment_day();
CREATE TRIGGER payments_day_changed AFTER UPDATE OF status, captured, fee, refunded ON payments FOR EACH ROW
  WHEN ((OLD.status, OLD.captured, OLD.fee, OLD.refunded) IS DISTINCT FROM (NEW.status, NEW.captured, NEW.fee, NEW.refunded))
  EXECUTE FUNCTION note_payment_day();

-- fold_payment_days(most): adds so many changes to the days that they are of; answers how many there were.
CREATE FUNCTION fold_payment_days(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE how_many int;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('payment days', 0)); -- of two at once neither waits for a row of the other
  WITH taken AS (
      DELETE FROM payment_day_changes c USING (SELECT account_id, id FROM payment_day_changes LIMIT most) t
      WHERE c.account_id = t.account_id AND c.id = t.id RETURNING c.*),
    folded AS (
      INSERT INTO payment_days AS d (account_id, day, status, payments, captured, fee, refunded)
        SELECT account_id, day, status, sum(payments), sum(captured), sum(fee), sum(refunded) FROM taken GROUP BY 1, 2, 3
      ON CONFLICT (account_id, day, status) DO UPDATE SET payments = d.payments + excluded.payments, captured = d.captured + excluded.captured,
        fee = d.fee + excluded.fee, refunded = d.refunded + excluded.refunded)
  SELECT count(*) INTO how_many FROM taken;
  RETURN how_many;
END $$;

-- Whose payments of earlier releases are not all counted; the upkeep does it little by little, from the newest on.
CREATE TABLE uncounted_payments (
  account_id text PRIMARY KEY,
  below bigint NOT NULL
);
COMMENT ON TABLE uncounted_payments IS 'Accounts whose payments below a sequence were opened under an earlier release and are not all counted.';
INSERT INTO uncounted_payments (account_id, below)
  SELECT a.id, p.sequence + 1 FROM gateway_accounts a, LATERAL (SELECT sequence FROM payments WHERE account_id = a.id ORDER BY sequence DESC LIMIT 1) p;

-- count_payments(most): counts so many of them; answers how many it looked at.
CREATE FUNCTION count_payments(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE of_account record; one record; looked_at int := 0;
BEGIN
  SELECT * INTO of_account FROM uncounted_payments LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  FOR one IN SELECT p.id, p.sequence, p.captured FROM payments p WHERE p.account_id = of_account.account_id AND p.sequence < of_account.below
             ORDER BY p.sequence DESC LIMIT most LOOP
    IF one.captured IS NULL THEN PERFORM count_payment(one.id); END IF;
    looked_at := looked_at + 1;
    UPDATE uncounted_payments SET below = one.sequence WHERE account_id = of_account.account_id AND looked_at = most;
  END LOOP;
  IF looked_at < most THEN DELETE FROM uncounted_payments WHERE account_id = of_account.account_id; END IF;
  RETURN greatest(looked_at, 1);
END $$;

-- Payments of an account that were created in a part of a day, with one more than `most` where there are more.
CREATE FUNCTION payments_between(account text, since timestamptz, until timestamptz, most int)
RETURNS TABLE (status text, captured bigint, fee bigint, refunded bigint) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  begins date := (since AT TIME ZONE 'UTC')::date;
  ends date := (until AT TIME ZONE 'UTC')::date;
  first bigint; beyond bigint;
BEGIN
  -- Most such parts are empty, and their place need not be looked for.
  IF NOT EXISTS (SELECT FROM payment_days d WHERE d.account_id = account AND d.day BETWEEN begins AND ends)
     AND NOT EXISTS (SELECT FROM payment_day_changes c WHERE c.account_id = account AND c.day BETWEEN begins AND ends) THEN
    RETURN;
  END IF;
  first := payment_place(account, since - interval '1 hour');
  beyond := payment_place(account, until + interval '1 hour');
  RETURN QUERY SELECT p.status::text, p.captured, p.fee, p.refunded FROM payments p
    WHERE p.account_id = account AND p.sequence >= first AND p.sequence < beyond AND p.created_at >= since AND p.created_at < until
    ORDER BY p.sequence DESC LIMIT most + 1;
END $$;

-- sum_payments(account, statuses, since, until, most): the sums of an account's payments in these statuses (null: in any) that were created in a
-- period: of its whole days from their sums, of the day that it begins or ends in from at most so many payments. Not exact: these are more,
-- or payments of an earlier release are not counted yet; the sums are then a part of all.
CREATE FUNCTION sum_payments(account text, statuses text[], since timestamptz, until timestamptz, most int,
  OUT payments bigint, OUT captured bigint, OUT fee bigint, OUT refunded bigint, OUT exact boolean) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  first_day date := coalesce((since AT TIME ZONE 'UTC')::date + ((since AT TIME ZONE 'UTC')::time > '00:00')::int, '-infinity');
  end_day date := coalesce((until AT TIME ZONE 'UTC')::date, 'infinity');
  has_whole_days boolean := first_day < end_day;
  part record;
BEGIN
  SELECT coalesce(sum(d.payments), 0), coalesce(sum(d.captured), 0), coalesce(sum(d.fee), 0), coalesce(sum(d.refunded), 0)
    INTO payments, captured, fee, refunded
    FROM (SELECT t.status, t.payments, t.captured, t.fee, t.refunded FROM payment_days t WHERE t.account_id = account AND t.day >= first_day AND t.day < end_day
          UNION ALL
          SELECT c.status, c.payments, c.captured, c.fee, c.refunded FROM payment_day_changes c WHERE c.account_id = account AND c.day >= first_day AND c.day < end_day) d
    WHERE statuses IS NULL OR d.status = ANY (statuses);
  exact := NOT EXISTS (SELECT FROM uncounted_payments u WHERE u.account_id = account);
  FOR part IN
    SELECT count(*) AS looked_at, count(*) FILTER (WHERE is_meant) AS payments, coalesce(sum(b.captured) FILTER (WHERE is_meant), 0) AS captured,
           coalesce(sum(b.fee) FILTER (WHERE is_meant), 0) AS fee, coalesce(sum(b.refunded) FILTER (WHERE is_meant), 0) AS refunded
    FROM (VALUES (since, CASE WHEN has_whole_days THEN first_day::timestamp AT TIME ZONE 'UTC' ELSE until END),
                 (CASE WHEN has_whole_days THEN end_day::timestamp AT TIME ZONE 'UTC' END, until)) AS e(begins, ends),
      LATERAL (SELECT b.*, statuses IS NULL OR b.status = ANY (statuses) AS is_meant FROM payments_between(account, e.begins, e.ends, most) b) b
    WHERE e.begins < e.ends GROUP BY e.begins
  LOOP
    payments := payments + part.payments; captured := captured + part.captured; fee := fee + part.fee; refunded := refunded + part.refunded;
    exact := exact AND part.looked_at <= most;
  END LOOP;
END $$;

CREATE VIEW inv_payment_sums_equal_facts AS
  SELECT p.id AS payment, p.captured, p.fee, p.refunded, s.captured AS told, s.fee AS told_fee, s.refunded AS told_back
  FROM payments p JOIN payment_sums s ON s.payment_id = p.id
  WHERE p.captured IS NOT NULL AND (p.captured, p.fee, p.refunded) IS DISTINCT FROM (s.captured, s.fee, s.refunded);
COMMENT ON VIEW inv_payment_sums_equal_facts IS 'what came and went of every payment is what its facts and refunds tell';

CREATE VIEW inv_payment_days_equal_payments AS
  WITH kept AS (
    SELECT account_id, day, status, sum(payments) AS payments, sum(captured) AS captured, sum(fee) AS fee, sum(refunded) AS refunded
    FROM (SELECT account_id, day, status, payments, captured, fee, refunded FROM payment_days
          UNION ALL SELECT account_id, day, status, payments, captured, fee, refunded FROM payment_day_changes) d
    GROUP BY 1, 2, 3 HAVING (sum(payments), sum(captured), sum(fee), sum(refunded)) <> (0, 0, 0, 0)),
  counted AS (
    SELECT account_id, (created_at AT TIME ZONE 'UTC')::date AS day, status, count(*) AS payments, sum(captured) AS captured, sum(fee) AS fee, sum(refunded) AS refunded
    FROM payments WHERE captured IS NOT NULL GROUP BY 1, 2, 3)
  (TABLE kept EXCEPT TABLE counted) UNION ALL (TABLE counted EXCEPT TABLE kept);
COMMENT ON VIEW inv_payment_days_equal_payments IS 'the sums of every day and status are those of its payments';

-- ---------------------------------------------------------------- the days of the books

-- What an entry's posting, in the currency of the books, adds to the statistics of its day. An entry is balanced, so the postings on the
-- gateway's accounts and those opposite to them, which say whose the money was, tell the same sums: the first by gateway, the others by
-- category. What is only held is not lost; what had been lost and came back is so no more.
CREATE VIEW statistics_postings AS
  WITH booked AS NOT MATERIALIZED ( -- so that only what is asked for is read
    SELECT e.merchant_id, e.id AS entry_id, e.recorded_at, e.kind::text AS kind, e.fact_id, o.side::text AS side, o.amount, a.name AS account,
           CASE WHEN e.kind IN ('fee_charged', 'dispute_fee_charged', 'refund_fee_charged') AND o.side = 'credit' THEN o.amount
                WHEN e.kind = 'fee_returned' AND o.side = 'debit' THEN -o.amount ELSE 0 END AS fee,
           -- It was held and is held no more, was never taken and waits in suspense, or had been lost and is the member's again.
           CASE WHEN e.kind = 'reversal_cancelled' AND o.side = 'credit' AND a.name NOT IN ('disputed_funds', 'suspense') THEN o.amount ELSE 0 END AS regained
    FROM merchants m JOIN entries e ON e.merchant_id = m.id JOIN postings o ON o.entry_id = e.id
      JOIN ledger_accounts a ON a.id = o.account_id AND a.currency = m.currency
    WHERE e.kind IN ('payment_captured', 'payment_suspended', 'fee_charged', 'fee_returned', 'dispute_fee_charged', 'refund_fee_charged',
                     'payment_refunded', 'suspense_refunded', 'refund_failed', 'dispute_lost', 'reversal_cancelled'))
  SELECT merchant_id, entry_id, recorded_at, 'gateway' AS told_by,
         -- What is lost was held, so that its entry names no gateway: its fact does.
         CASE WHEN kind IN ('dispute_lost', 'reversal_cancelled')
           THEN (SELECT g.gateway FROM facts f JOIN gateway_accounts g ON g.id = f.account_id WHERE f.id = fact_id)
           ELSE substring(account FROM '^gateway_clearing:(.*)$') END AS key,
         CASE WHEN kind IN ('payment_captured', 'payment_suspended') AND side = 'debit' THEN amount ELSE 0 END AS collected,
         fee AS fees,
         CASE WHEN kind IN ('payment_refunded', 'suspense_refunded') AND side = 'credit' THEN amount
              WHEN kind = 'refund_failed' AND side = 'debit' THEN -amount ELSE 0 END AS refunded,
         CASE WHEN kind = 'dispute_lost' AND side = 'credit' THEN amount ELSE 0 END - regained AS charged_back
  FROM booked
  UNION ALL
  SELECT merchant_id, entry_id, recorded_at, 'category', substring(account FROM '^income:(.*)$'),
         CASE WHEN kind IN ('payment_captured', 'payment_suspended') AND side = 'credit' THEN amount ELSE 0 END,
         fee,
         CASE WHEN kind IN ('payment_refunded', 'suspense_refunded') AND side = 'debit' THEN amount
              WHEN kind = 'refund_failed' AND side = 'credit' THEN -amount ELSE 0 END,
         CASE WHEN kind = 'dispute_lost' AND side = 'debit' THEN amount ELSE 0 END - regained
  FROM booked;
COMMENT ON VIEW statistics_postings IS 'What each posting adds to the statistics, once as told by gateway and once as told by category.';

CREATE TABLE statistics_days (
  merchant_id text NOT NULL,
  time_zone text NOT NULL,
  told_by text NOT NULL CHECK (told_by IN ('gateway', 'category')),
  day date NOT NULL,
  key text NOT NULL,
  collected bigint NOT NULL,
  fees bigint NOT NULL,
  refunded bigint NOT NULL,
  charged_back bigint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (merchant_id, time_zone, told_by, day, key)
);
COMMENT ON TABLE statistics_days IS 'Sums of the entries that a merchant''s books recorded on a day of a time zone, up to the mark; key: a gateway or a category, empty for none.';

CREATE TABLE statistics_marks (
  merchant_id text NOT NULL,
  time_zone text NOT NULL,
  up_to bigint NOT NULL,
  PRIMARY KEY (merchant_id, time_zone)
);
COMMENT ON TABLE statistics_marks IS 'Up to which entry a merchant''s statistics_days of a time zone are folded; a zone that is new begins anew.';

-- fold_statistics(at_least, most): folds the entries of merchants who have so many above their marks into the sums of their days, about so many
-- at once. Answers how many, or null where another transaction goes on for longer than a moment: it may still write below the mark.
CREATE FUNCTION fold_statistics(at_least int, most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  last_entry bigint := last_number('entries');
  club record; last_folded bigint; how_many int; folded int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('statistics', 0)); -- of two at once the second finds nothing to do
  IF NOT wait_for_older() THEN RETURN NULL; END IF;
  FOR club IN SELECT m.id, m.time_zone, s.up_to FROM merchants m LEFT JOIN statistics_marks s ON s.merchant_id = m.id AND s.time_zone = m.time_zone LOOP
    SELECT max(e.id), count(*) INTO last_folded, how_many
      FROM (SELECT e.id FROM entries e WHERE e.merchant_id = club.id AND e.id > coalesce(club.up_to, 0) AND e.id <= last_entry ORDER BY e.id LIMIT most) e;
    CONTINUE WHEN how_many < at_least;
    IF club.up_to IS NULL THEN -- the days of a zone that it has no more are of no use
      DELETE FROM statistics_days d WHERE d.merchant_id = club.id;
      DELETE FROM statistics_marks s WHERE s.merchant_id = club.id;
    END IF;
    INSERT INTO statistics_days AS d (merchant_id, time_zone, told_by, day, key, collected, fees, refunded, charged_back, count)
      SELECT club.id, club.time_zone, p.told_by, (p.recorded_at AT TIME ZONE club.time_zone)::date, coalesce(p.key, ''),
             sum(p.collected), sum(p.fees), sum(p.refunded), sum(p.charged_back), count(DISTINCT p.entry_id) FILTER (WHERE p.collected > 0)
      FROM statistics_postings p WHERE p.merchant_id = club.id AND p.entry_id > coalesce(club.up_to, 0) AND p.entry_id <= last_folded
      GROUP BY 3, 4, 5 HAVING (sum(p.collected), sum(p.fees), sum(p.refunded), sum(p.charged_back)) <> (0, 0, 0, 0)
      ON CONFLICT (merchant_id, time_zone, told_by, day, key) DO UPDATE SET collected = d.collected + excluded.collected, fees = d.fees + excluded.fees,
        refunded = d.refunded + excluded.refunded, charged_back = d.charged_back + excluded.charged_back, count = d.count + excluded.count;
    INSERT INTO statistics_marks (merchant_id, time_zone, up_to) VALUES (club.id, club.time_zone, last_folded)
      ON CONFLICT (merchant_id, time_zone) DO UPDATE SET up_to = excluded.up_to;
    folded := folded + how_many;
    EXIT WHEN folded >= most;
  END LOOP;
  RETURN folded;
END $$;

-- read_statistics(merchant, told_by, since, until): sums of the entries that were recorded in a period, by day of the merchant's clock and by key.
-- Of whole days they are folded; entries above the mark, and those of the days in which the period begins and ends, are summed here. A zone that
-- is new to the merchant has no mark, and all is summed here until the next upkeep.
CREATE FUNCTION read_statistics(merchant text, of_whom text, since timestamptz, until timestamptz)
RETURNS TABLE (day date, key text, collected bigint, fees bigint, refunded bigint, charged_back bigint, count bigint) LANGUAGE plpgsql STABLE
SET plan_cache_mode TO force_custom_plan AS $$ -- a plan for any number of entries would join whole tables
#variable_conflict use_column
DECLARE
  zone text := (SELECT m.time_zone FROM merchants m WHERE m.id = merchant);
  mark bigint := coalesce((SELECT s.up_to FROM statistics_marks s WHERE s.merchant_id = merchant AND s.time_zone = zone), 0);
  -- The first day all of which lies after `since`, and the day in which `until` lies: a day begins once, also where its first hour comes twice.
  first_day date := coalesce((since AT TIME ZONE zone)::date
    + ((since AT TIME ZONE zone)::date = ((since - interval '1 microsecond') AT TIME ZONE zone)::date)::int, '-infinity');
  end_day date := coalesce((until AT TIME ZONE zone)::date, 'infinity');
  begins timestamptz := coalesce(since, '-infinity');
  ends timestamptz := coalesce(until, 'infinity');
  unfolded bigint[]; of_edges bigint[];
BEGIN
  RETURN QUERY
    SELECT d.day, d.key, d.collected, d.fees, d.refunded, d.charged_back, d.count FROM statistics_days d
    WHERE d.merchant_id = merchant AND d.time_zone = zone AND d.told_by = of_whom AND d.day >= first_day AND d.day < end_day;
  -- Entries above a mark are found by their numbers, and where there is none by their time: the sum of nothing keeps the other index out.
  IF mark > 0 THEN
    unfolded := ARRAY(SELECT e.id FROM entries e WHERE e.merchant_id = merchant AND e.id > mark
                        AND e.recorded_at + interval '0' >= begins AND e.recorded_at + interval '0' < ends);
  ELSE
    unfolded := ARRAY(SELECT e.id FROM entries e WHERE e.merchant_id = merchant AND e.recorded_at >= begins AND e.recorded_at < ends);
  END IF;
  -- A day is no longer than 26 hours, so that only the days of `since` and of `until` are read.
  of_edges := ARRAY(
    SELECT e.id
    FROM (VALUES (CASE WHEN first_day > (since AT TIME ZONE zone)::date THEN since END, least(until, since + interval '26 hours'), '-infinity'::date, first_day),
                 (CASE WHEN end_day = ((until - interval '1 microsecond') AT TIME ZONE zone)::date THEN greatest(since, until - interval '26 hours') END, until,
                  greatest(end_day, first_day), 'infinity'::date)) AS d(begins, ends, first, beyond),
      LATERAL (SELECT x.id, (x.recorded_at AT TIME ZONE zone)::date AS day FROM entries x
               WHERE x.merchant_id = merchant AND x.recorded_at >= d.begins AND x.recorded_at < d.ends AND x.id + 0 <= mark) e
    WHERE d.begins < d.ends AND e.day >= d.first AND e.day < d.beyond);
  RETURN QUERY
    SELECT (p.recorded_at AT TIME ZONE zone)::date, coalesce(p.key, ''), sum(p.collected)::bigint, sum(p.fees)::bigint, sum(p.refunded)::bigint,
           sum(p.charged_back)::bigint, count(DISTINCT p.entry_id) FILTER (WHERE p.collected > 0)
    FROM statistics_postings p
    WHERE p.merchant_id = merchant AND p.told_by = of_whom AND p.entry_id = ANY (unfolded || of_edges) GROUP BY 1, 2;
END $$;

CREATE VIEW inv_statistics_equal_entries AS
  WITH booked AS (
    SELECT s.merchant_id, s.time_zone, p.told_by, (p.recorded_at AT TIME ZONE s.time_zone)::date AS day, coalesce(p.key, '') AS key,
           sum(p.collected) AS collected, sum(p.fees) AS fees, sum(p.refunded) AS refunded, sum(p.charged_back) AS charged_back,
           count(DISTINCT p.entry_id) FILTER (WHERE p.collected > 0) AS count
    FROM statistics_marks s JOIN statistics_postings p ON p.merchant_id = s.merchant_id AND p.entry_id <= s.up_to GROUP BY 1, 2, 3, 4, 5
    HAVING (sum(p.collected), sum(p.fees), sum(p.refunded), sum(p.charged_back)) <> (0, 0, 0, 0)),
  folded AS (
    SELECT merchant_id, time_zone, told_by, day, key, collected, fees, refunded, charged_back, count FROM statistics_days
    WHERE (collected, fees, refunded, charged_back) <> (0, 0, 0, 0))
  (TABLE booked EXCEPT TABLE folded) UNION ALL (TABLE folded EXCEPT TABLE booked);
COMMENT ON VIEW inv_statistics_equal_entries IS 'the folded sums of every day are those of its entries up to the mark';

-- ---------------------------------------------------------------- lists of a time

-- sequence_at(list, owner_column, owner, time_column, moment): as payment_place, of any list whose rows lie in the order of their sequence with
-- their owner: the sequence from which on the owner's rows are of that moment or later, but for those that were made at the same time.
CREATE FUNCTION sequence_at(of_list regclass, owner_column name, owner text, time_column name, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint; high bigint; of_row bigint; is_after boolean;
  ends text := format('SELECT sequence FROM %s WHERE %I = $1 ORDER BY sequence', of_list, owner_column);
  next_row text := format('SELECT sequence, %I >= $3 FROM %s WHERE %I = $1 AND sequence >= $2 ORDER BY sequence LIMIT 1', time_column, of_list, owner_column);
BEGIN
  EXECUTE ends || ' LIMIT 1' INTO low USING owner;
  EXECUTE ends || ' DESC LIMIT 1' INTO high USING owner;
  high := high + 1;
  WHILE low < high LOOP
    EXECUTE next_row INTO of_row, is_after USING owner, (low + high) / 2, moment;
    IF is_after THEN high := (low + high) / 2; ELSE low := of_row + 1; END IF;
  END LOOP;
  RETURN coalesce(low, 0);
END $$;
