-- What left suspense can be given to nobody, a capture under way is seen, and what waits for a held sum is woken by it.

-- Set while the gateway is asked again and again to let approved money be taken; every recording ends it.
ALTER TABLE payments ADD COLUMN capturing_since timestamptz;

-- What gateways hold for a member is asked for whenever a cart is read or paid.
CREATE INDEX payments_held ON payments (member_id) WHERE status = 'processing';

-- What gateways hold of a member's money: on its way, and in no cart yet.
CREATE FUNCTION pending_of(member text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(amount), 0)::bigint FROM payments WHERE member_id = member AND status = 'processing'
$$;

-- What of a captured sum is still with the merchant: less what was given back, and what was taken back and did not return.
CREATE FUNCTION left_of(account text, reference text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT c.amount - coalesce(sum(f.amount) FILTER (WHERE f.kind = 'payment_refunded'), 0)
    - greatest(0, coalesce(sum(CASE f.kind WHEN 'payment_reversed' THEN f.amount WHEN 'reversal_cancelled' THEN -f.amount END), 0))
  FROM facts c LEFT JOIN facts f ON f.account_id = account AND f.detail->>'parent' = reference AND f.kind IN ('payment_refunded', 'payment_reversed', 'reversal_cancelled')
  WHERE c.account_id = account AND c.gateway_reference = reference AND c.kind = 'payment_captured' GROUP BY c.id
$$;
CREATE INDEX facts_by_parent ON facts (account_id, (detail->>'parent')) WHERE detail->>'parent' IS NOT NULL;

-- record(payload): facts, their entries, payline and allocations, the payment's status, the message or command that brought them.
--   { merchant, account, payment?, member?, status?, attention?, known?: how many facts of the payment this was decided on, cartVersion?, guard?: 'no_unverified',
--     facts: [{ gatewayReference, kind, qualifier, amount, currency, detail, occurredAt, entries: [{ kind, postings }], payline?: { amount, currency, parts } }],
--     notification?: { id, state, … }, command?: { id, outcome } }
-- answers { outcome: 'recorded', fresh: n } | { outcome: 'conflict', conflicts: [index] } | { outcome: 'cart_moved' } | { outcome: 'unverified' } | { outcome: 'stale' }
CREATE OR REPLACE FUNCTION record(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
      IF fact->>'kind' IN ('payment_captured', 'payment_pending') THEN new_references := new_references || (fact->>'gatewayReference'); END IF;
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
    UPDATE payments SET status = (payload->>'status')::payment_status, attention = payload->>'attention', capturing_since = NULL
      WHERE id = payment AND (status, attention, capturing_since) IS DISTINCT FROM ((payload->>'status')::payment_status, payload->>'attention', NULL);
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
      WHERE f.account_id = account AND f.gateway_reference = parent AND f.kind IN ('payment_captured', 'payment_pending') AND f.bound_payment_id IS NOT NULL;
    UPDATE notifications SET reason = 'given_back'
      WHERE account_id = account AND gateway_reference = parent AND kind = 'payment_captured' AND state = 'unmatched' AND left_of(account, parent) <= 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'recorded', 'fresh', fresh);
END $$;

-- attach(payload): suspended, unmatched money becomes a member's payline.
--   { notification, merchant, member, fact, cartVersion, entry, payline }
-- answers `given_back` where the payline is not what is left of the money.
CREATE OR REPLACE FUNCTION attach(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE member text := payload->>'member'; suspended facts;
BEGIN
  PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'cart_moved'); END IF;
  SELECT * INTO suspended FROM facts WHERE id = (payload->>'fact')::bigint;
  -- A refund that is being recorded is waited for: what it gives back is no longer ours to give to a member.
  PERFORM pg_advisory_xact_lock(hashtextextended(suspended.account_id || ' ' || suspended.gateway_reference, 0));
  IF left_of(suspended.account_id, suspended.gateway_reference) <> (payload->'payline'->>'amount')::bigint THEN
    RETURN jsonb_build_object('outcome', 'given_back');
  END IF;
  UPDATE notifications SET state = 'applied', member_id = member WHERE id = payload->>'notification' AND state = 'unmatched';
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'not_unmatched'); END IF;
  PERFORM write_entry(payload->>'merchant', NULL, (payload->>'fact')::bigint, NULL, payload->'entry');
  PERFORM write_payline(member, NULL, (payload->>'fact')::bigint, payload->'payline');
  RETURN jsonb_build_object('outcome', 'recorded');
END $$;
