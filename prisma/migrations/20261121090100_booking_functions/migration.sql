-- The booking functions: each is one transaction under the member's cart lock where a cart is touched, and safe to repeat.

CREATE VIEW payment_facts AS
  SELECT f.*, coalesce(f.payment_id, b.payment_id) AS bound_payment_id FROM facts f LEFT JOIN fact_bindings b ON b.fact_id = f.id;

-- A member's cart as the domain allocates on it: version, charges with something open, paylines with credit.
CREATE FUNCTION read_cart(member text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'version', c.version,
    'charges', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', h.id, 'category', h.category, 'sequence', h.sequence,
               'dueOn', coalesce(h.due_on, (h.created_at AT TIME ZONE 'UTC')::date), 'open', h.amount - h.paid))
      FROM (SELECT ch.*, coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.charge_id = ch.id), 0) AS paid FROM charges ch WHERE ch.member_id = member) h
      WHERE h.amount > h.paid), '[]'),
    'credits', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', p.id::text, 'sequence', p.id, 'credit', p.amount - p.used))
      FROM (SELECT pl.*, coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.payline_id = pl.id), 0) AS used FROM paylines pl WHERE pl.member_id = member) p
      WHERE p.amount > p.used), '[]'))
  FROM carts c WHERE c.member_id = member
$$;

CREATE FUNCTION ledger_account(merchant text, account text, code currency_code) RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE found_id int;
BEGIN
  SELECT id INTO found_id FROM ledger_accounts WHERE merchant_id = merchant AND name = account AND currency = code;
  IF found_id IS NULL THEN
    INSERT INTO ledger_accounts (merchant_id, name, currency) VALUES (merchant, account, code) ON CONFLICT DO NOTHING;
    SELECT id INTO found_id FROM ledger_accounts WHERE merchant_id = merchant AND name = account AND currency = code;
  END IF;
  RETURN found_id;
END $$;

-- Writes one entry with its postings; an entry that stands already (same fact, same kind) is left as it is.
CREATE FUNCTION write_entry(merchant text, payment text, fact bigint, allocation bigint, entry jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE entry_id bigint;
BEGIN
  IF EXISTS (SELECT FROM entries e WHERE e.fact_id = fact AND e.kind = (entry->>'kind')::entry_kind) THEN RETURN false; END IF;
  INSERT INTO entries (merchant_id, kind, fact_id, allocation_id, payment_id)
    VALUES (merchant, (entry->>'kind')::entry_kind, fact, allocation, payment) RETURNING id INTO entry_id;
  -- By name, so that two transactions that open the same new accounts do not wait for each other in a circle.
  INSERT INTO postings (entry_id, position, account_id, side, amount)
    SELECT entry_id, p.position, ledger_account(merchant, p.posting->>'account', (p.posting->>'currency')::currency_code),
           (p.posting->>'side')::posting_side, (p.posting->>'amount')::bigint
    FROM (SELECT * FROM jsonb_array_elements(entry->'postings') WITH ORDINALITY AS e(posting, position) ORDER BY e.posting->>'account') p;
  RETURN true;
END $$;

CREATE FUNCTION write_payline(member text, payment text, fact bigint, payline jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE payline_id bigint;
BEGIN
  INSERT INTO paylines (member_id, payment_id, fact_id, amount, currency)
    VALUES (member, payment, fact, (payline->>'amount')::bigint, payline->>'currency') RETURNING id INTO payline_id;
  INSERT INTO allocations (payline_id, charge_id, amount)
    SELECT payline_id, part->>'charge', (part->>'amount')::bigint FROM jsonb_array_elements(payline->'parts') AS part;
  UPDATE carts SET version = version + 1 WHERE member_id = member;
END $$;

-- Takes what belongs to a message: its verified content, its final state, and its place in the outbox.
CREATE FUNCTION settle_notification(settled jsonb, fresh boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE notifications SET
      -- Unless it says why it changed nothing, a message without a new fact repeats a known one.
      state = CASE WHEN settled->>'state' IN ('applied', 'unmatched') AND NOT fresh AND settled->>'reason' IS NULL THEN 'duplicate' ELSE (settled->>'state')::notification_state END,
      reason = settled->>'reason', payment_id = coalesce(settled->>'payment', payment_id), member_id = coalesce(settled->>'member', member_id),
      kind = settled->>'kind', amount = (settled->>'amount')::bigint, currency = settled->>'currency',
      gateway_reference = settled->>'gatewayReference', parent_reference = settled->>'parentReference'
    WHERE id = settled->>'id' AND state = 'received';
  DELETE FROM outbox WHERE subject_id = settled->>'id';
END $$;

-- Which of the facts (by index) are known with another content, as another payment's, or as money of no payment that is booked:
-- that one is in suspense or attached to a member, and must not be paid into a payment as well.
CREATE FUNCTION contradicted_facts(account text, payment text, told jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(t.place - 1), '[]') FROM jsonb_array_elements(told) WITH ORDINALITY AS t(fact, place)
    JOIN payment_facts f ON f.account_id = account AND f.gateway_reference = t.fact->>'gatewayReference'
      AND f.kind = t.fact->>'kind' AND f.qualifier = t.fact->>'qualifier'
  WHERE f.amount IS DISTINCT FROM (t.fact->>'amount')::bigint OR f.currency IS DISTINCT FROM (t.fact->>'currency')::currency_code
     OR (payment IS NOT NULL AND f.bound_payment_id <> payment)
     OR (payment IS NOT NULL AND f.bound_payment_id IS NULL AND EXISTS (SELECT FROM entries e WHERE e.fact_id = f.id))
$$;

-- Sends messages that wait for this money on their way again, now that its payment is known.
CREATE FUNCTION wake_messages(account text, payment text, money_references text[]) RETURNS void LANGUAGE sql AS $$
  WITH woken AS (
    UPDATE notifications SET state = 'received', payment_id = payment
      WHERE account_id = account AND parent_reference = ANY (money_references) AND state = 'unmatched' RETURNING id)
  INSERT INTO outbox (subject_id, kind, payment_id, due_at) SELECT id, 'notification', payment, now() FROM woken ON CONFLICT DO NOTHING
$$;

-- Whoever records something about the same money waits here for whoever was first, and then sees what the first one wrote.
CREATE FUNCTION take_turns(account text, told jsonb) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended(account || ' ' || r.reference, 0)) FROM (
    SELECT t.fact->>'gatewayReference' AS reference FROM jsonb_array_elements(told) AS t(fact)
    UNION SELECT t.fact->'detail'->>'parent' FROM jsonb_array_elements(told) AS t(fact) ORDER BY 1) r
  WHERE r.reference IS NOT NULL
$$;

-- record(payload): facts, their entries, payline and allocations, the payment's status, the message or command that brought them.
--   { merchant, account, payment?, member?, status?, attention?, known?: how many facts of the payment this was decided on, cartVersion?, guard?: 'no_unverified',
--     facts: [{ gatewayReference, kind, qualifier, amount, currency, detail, occurredAt, entries: [{ kind, postings }], payline?: { amount, currency, parts } }],
--     notification?: { id, state, … }, command?: { id, outcome } }
-- answers { outcome: 'recorded', fresh: n } | { outcome: 'conflict', conflicts: [index] } | { outcome: 'cart_moved' } | { outcome: 'unverified' } | { outcome: 'stale' }
CREATE FUNCTION record(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  merchant text := payload->>'merchant';
  account text := payload->>'account';
  payment text := payload->>'payment';
  member text := payload->>'member';
  fact jsonb; entry jsonb;
  fact_id bigint; known facts;
  fresh int := 0; conflicts jsonb; new_references text[] := '{}'; parent text;
BEGIN
  -- A run decides on what it remembers. When an attempt of it was lost after it had written here (its worker died, or Temporal
  -- refused its task because something came meanwhile), the next attempt remembers less than stands, and must look again.
  IF payload->>'known' IS NOT NULL THEN
    PERFORM FROM payments WHERE id = payment FOR NO KEY UPDATE; -- a lost attempt that still writes is waited for
    IF (SELECT count(*) FROM facts WHERE payment_id = payment) + (SELECT count(*) FROM fact_bindings WHERE payment_id = payment)
       <> (payload->>'known')::bigint THEN
      RETURN jsonb_build_object('outcome', 'stale');
    END IF;
  END IF;
  IF payload->>'guard' = 'no_unverified' AND EXISTS (SELECT FROM outbox WHERE payment_id = payment AND kind = 'notification') THEN
    RETURN jsonb_build_object('outcome', 'unverified');
  END IF;
  IF payload->'cartVersion' IS NOT NULL AND payload->>'cartVersion' IS NOT NULL THEN
    PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
    IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  END IF;

  PERFORM take_turns(account, payload->'facts');
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
      IF fact->>'kind' = 'payment_captured' THEN new_references := new_references || (fact->>'gatewayReference'); END IF;
    ELSE
      IF known.payment_id IS NULL AND payment IS NOT NULL THEN
        INSERT INTO fact_bindings (fact_id, payment_id) VALUES (fact_id, payment) ON CONFLICT DO NOTHING;
        IF FOUND THEN fresh := fresh + 1; END IF;
      END IF;
      -- A fact that is in the books stays booked as it is; one that an earlier release only recorded may be booked now.
      CONTINUE WHEN EXISTS (SELECT FROM entries e WHERE e.fact_id = known.id);
    END IF;
    FOR entry IN SELECT value FROM jsonb_array_elements(fact->'entries') LOOP
      PERFORM write_entry(merchant, payment, fact_id, NULL, entry);
    END LOOP;
    IF fact->'payline' IS NOT NULL THEN PERFORM write_payline(member, payment, fact_id, fact->'payline'); END IF;
  END LOOP;

  IF payload->>'status' IS NOT NULL THEN
    UPDATE payments SET status = (payload->>'status')::payment_status, attention = payload->>'attention'
      WHERE id = payment AND (status, attention) IS DISTINCT FROM ((payload->>'status')::payment_status, payload->>'attention');
  END IF;
  IF payload->'notification' IS NOT NULL THEN PERFORM settle_notification(payload->'notification', fresh > 0); END IF;
  IF payload->'command' IS NOT NULL THEN
    UPDATE commands SET outcome = payload->'command'->'outcome' WHERE id = payload->'command'->>'id' AND outcome IS NULL;
    DELETE FROM outbox WHERE subject_id = payload->'command'->>'id';
  END IF;
  IF new_references <> '{}' AND payment IS NOT NULL THEN
    PERFORM wake_messages(account, payment, new_references);
  ELSIF payment IS NULL AND payload->'notification'->>'state' = 'unmatched' AND payload->'notification'->>'parentReference' IS NOT NULL THEN
    parent := payload->'notification'->>'parentReference';
    PERFORM wake_messages(account, f.bound_payment_id, ARRAY[parent]) FROM payment_facts f
      WHERE f.account_id = account AND f.gateway_reference = parent AND f.kind = 'payment_captured' AND f.bound_payment_id IS NOT NULL;
  END IF;
  RETURN jsonb_build_object('outcome', 'recorded', 'fresh', fresh);
END $$;

-- add_charge(payload): { id, merchant, member, label, category, amount, currency, dueOn?, cartVersion, credits: [{ payline, amount, entry }] }
CREATE FUNCTION add_charge(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  merchant text := payload->>'merchant';
  member text := payload->>'member';
  part jsonb; allocation_id bigint;
BEGIN
  PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  INSERT INTO charges (id, merchant_id, member_id, label, category, amount, currency, due_on)
    VALUES (payload->>'id', merchant, member, payload->>'label', payload->>'category', (payload->>'amount')::bigint, payload->>'currency', (payload->>'dueOn')::date);
  FOR part IN SELECT value FROM jsonb_array_elements(payload->'credits') LOOP
    INSERT INTO allocations (payline_id, charge_id, amount) VALUES ((part->>'payline')::bigint, payload->>'id', (part->>'amount')::bigint) RETURNING id INTO allocation_id;
    PERFORM write_entry(merchant, (SELECT payment_id FROM paylines WHERE id = (part->>'payline')::bigint), NULL, allocation_id, part->'entry');
  END LOOP;
  UPDATE carts SET version = version + 1 WHERE member_id = member;
  RETURN jsonb_build_object('outcome', 'recorded');
END $$;

-- attach(payload): suspended, unmatched money becomes a member's payline.
--   { notification, merchant, member, fact, cartVersion, entry, payline }
CREATE FUNCTION attach(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE member text := payload->>'member';
BEGIN
  PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  UPDATE notifications SET state = 'applied', member_id = member WHERE id = payload->>'notification' AND state = 'unmatched';
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'not_unmatched'); END IF;
  PERFORM write_entry(payload->>'merchant', NULL, (payload->>'fact')::bigint, NULL, payload->'entry');
  PERFORM write_payline(member, NULL, (payload->>'fact')::bigint, payload->'payline');
  RETURN jsonb_build_object('outcome', 'recorded');
END $$;

-- receive_notification(payload, dedupe key, sealed bytes): one inbox row, or nothing new.
--   { id, account, channel, payment?: hinted id, references: [text], facts: [{ gatewayReference, kind, qualifier, amount, currency }] }
-- answers { id, payment, fresh, state, waiting }: `waiting` counts the payment's messages that are not verified yet, this one included.
CREATE FUNCTION receive_notification(payload jsonb, dedupe bytea, sealed_bytes bytea, lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  account text := payload->>'account';
  payment text; row_id text := payload->>'id'; initial notification_state := 'received'; existing notifications; waiting bigint := 0;
BEGIN
  SELECT id INTO payment FROM payments WHERE id = payload->>'payment' AND account_id = account;
  IF payment IS NULL THEN
    SELECT id INTO payment FROM payments WHERE account_id = account AND checkout_reference IN (SELECT jsonb_array_elements_text(payload->'references')) LIMIT 1;
  END IF;
  IF payment IS NULL THEN
    SELECT bound_payment_id INTO payment FROM payment_facts
      WHERE account_id = account AND gateway_reference IN (SELECT jsonb_array_elements_text(payload->'references')) AND bound_payment_id IS NOT NULL LIMIT 1;
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
      RETURN jsonb_build_object('id', existing.id, 'payment', existing.payment_id, 'fresh', false, 'state', existing.state, 'waiting', 0);
    END IF;
    row_id := existing.id; payment := existing.payment_id; initial := 'received';
  END IF;
  IF initial = 'received' THEN
    INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES (row_id, 'notification', payment, now() + lease) ON CONFLICT DO NOTHING;
    IF payment IS NOT NULL THEN SELECT count(*) INTO waiting FROM outbox WHERE payment_id = payment AND kind = 'notification'; END IF;
  END IF;
  RETURN jsonb_build_object('id', row_id, 'payment', payment, 'fresh', initial = 'received', 'state', initial, 'waiting', waiting);
END $$;

-- A browser brings the same id back each time its payer returns, and each time something may have happened meanwhile; until the money is there.
CREATE FUNCTION may_ask_again(hint notifications) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT hint.channel = 'poll' AND hint.state IN ('applied', 'duplicate', 'invalid') AND hint.attempts < 20
    AND NOT EXISTS (SELECT FROM payment_facts f WHERE f.bound_payment_id = hint.payment_id AND f.kind = 'payment_captured')
$$;

-- Whether every claim of an unverified message is already a recorded fact with the same content; a browser's return claims only that its money exists.
CREATE FUNCTION says_nothing_new(account text, payload jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN payload->>'channel' IN ('pdt', 'poll') THEN EXISTS (
      SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = payload->'references'->>0 AND f.kind = 'payment_captured')
      OR EXISTS (
      SELECT FROM payments p JOIN payment_facts f ON f.bound_payment_id = p.id AND f.kind = 'payment_captured'
      WHERE p.account_id = account AND p.checkout_reference = payload->'references'->>0)
    WHEN jsonb_array_length(payload->'facts') = 0 THEN false
    ELSE NOT EXISTS (
      SELECT FROM jsonb_to_recordset(payload->'facts') AS c("gatewayReference" text, kind text, qualifier text, amount bigint, currency text)
      WHERE NOT EXISTS (
        SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = c."gatewayReference" AND f.kind = c.kind AND f.qualifier = c.qualifier
          AND f.amount IS NOT DISTINCT FROM c.amount AND f.currency IS NOT DISTINCT FROM c.currency::currency_code))
  END
$$;

-- Ends a message that told no facts: invalid, or something a person must read.
CREATE FUNCTION settle_without_facts(message text, final notification_state, why text) RETURNS void LANGUAGE sql AS $$
  UPDATE notifications SET state = final, reason = why WHERE id = message AND state = 'received';
  DELETE FROM outbox WHERE subject_id = message;
$$;

-- create_payment(payload, opened_with): the payment, its first fact where its checkout is open already, and the run to start, at once.
--   { id, merchant, member, account, gateway, method, amount, currency, charges, latePayments, returnUrl, cancelUrl, opening,
--     nextAction, expiresAt, opened: fact | null }
CREATE FUNCTION create_payment(payload jsonb, receivers bytea, lease interval) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO payments (id, merchant_id, member_id, account_id, gateway, method, amount, currency, charges, late_payments, return_url, cancel_url,
                        next_action, opening, opened_with, expires_at, status)
    VALUES (payload->>'id', payload->>'merchant', payload->>'member', payload->>'account', payload->>'gateway', payload->>'method', (payload->>'amount')::bigint,
            payload->>'currency', ARRAY(SELECT jsonb_array_elements_text(payload->'charges')), (payload->>'latePayments')::late_payment_policy,
            payload->>'returnUrl', payload->>'cancelUrl', nullif(payload->'nextAction', 'null'), nullif(payload->'opening', 'null'), receivers, (payload->>'expiresAt')::timestamptz,
            (CASE WHEN payload->>'opened' IS NULL THEN 'created' ELSE 'awaiting_payer' END)::payment_status);
  IF payload->>'opened' IS NOT NULL THEN
    INSERT INTO facts (account_id, gateway_reference, kind, qualifier, payment_id, amount, currency, detail, occurred_at)
      VALUES (payload->>'account', payload->'opened'->>'gatewayReference', payload->'opened'->>'kind', payload->'opened'->>'qualifier', payload->>'id',
              (payload->'opened'->>'amount')::bigint, payload->'opened'->>'currency', payload->'opened'->'detail', (payload->'opened'->>'occurredAt')::timestamptz);
  END IF;
  INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES (payload->>'id', 'start', payload->>'id', now() + lease);
  RETURN now();
END $$;

-- Takes what is due, at most `most`, and puts it off, so that no two sweepers take the same and no history is flooded: a message that
-- Temporal heard is safe there and is told again only after long; a start or a command is repeated with a growing pause.
CREATE FUNCTION take_due(most int) RETURNS TABLE (subject_id text, kind outbox_kind, payment_id text, tries int) LANGUAGE sql AS $$
  WITH due AS (
    SELECT o.subject_id FROM outbox o WHERE o.due_at <= now() ORDER BY o.due_at LIMIT most FOR UPDATE SKIP LOCKED)
  UPDATE outbox o SET tries = o.tries + 1, due_at = now() + CASE o.kind WHEN 'notification' THEN interval '10 minutes'
      ELSE least(interval '5 seconds' * power(2, least(o.tries, 10)), interval '1 hour') END
    FROM due WHERE o.subject_id = due.subject_id RETURNING o.subject_id, o.kind, o.payment_id, o.tries
$$;
