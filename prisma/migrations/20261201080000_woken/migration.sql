-- A message that waited for money nobody knew recorded what it tells itself, of no payment. When the money becomes known and the message is
-- woken, that is no reason to call it known: the payment does not know it yet.
CREATE FUNCTION is_known_of(payment text, account text, claim jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT is_known(account, claim) AND (payment IS NULL OR NOT EXISTS (
    SELECT FROM jsonb_to_recordset(claim->'facts') AS c("gatewayReference" text, kind text, qualifier text)
      JOIN payment_facts f ON f.account_id = account AND f.gateway_reference = c."gatewayReference" AND f.kind = c.kind AND f.qualifier = c.qualifier
    WHERE f.bound_payment_id IS NULL))
$$;

-- As before, but money that is unmatched is found among the unmatched, and not among all messages of its account.
-- record_turn(payload): the facts of one turn with all that they do, and how the message or command that brought them ends.
--   { merchant, account, gateway, payment?, message?, member?, standing?: { status, attention, attentions, refunds, disputes }, known?, cartVersion?,
--     moneyOf?: the reference of that message's money, guard?: 'no_unverified', facts: [{ gatewayReference, kind, qualifier, amount, currency, detail, occurredAt, operations }],
--     notification?: { id, state, … }, command?: { id, outcome } }
-- `known`: how many facts of the payment this was decided on. `message`: the money is of a message that names no payment.
-- answers { outcome: 'recorded', fresh } | { outcome: 'conflict', conflicts: [index] } | { outcome: 'cart_moved' | 'unverified' | 'stale' }
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
      WHERE id IN (SELECT u.notification_id FROM unapplied_messages u WHERE u.account_id = account AND u.state = 'unmatched')
        AND gateway_reference = parent AND kind = 'payment_captured' AND left_of(account, parent) <= 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'recorded', 'fresh', fresh);
END $$;
