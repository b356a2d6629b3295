-- What a message says beside its facts is kept with it, a fee that could not be read is looked for in every later message, and a person
-- can put a message away that holds no money.

-- { note, reason, at }: what the person wrote, and why the message had been in front of one.
ALTER TABLE notifications ADD COLUMN dismissal jsonb;

-- Takes what belongs to a message: its verified content, its final state, and its place in the outbox.
CREATE OR REPLACE FUNCTION settle_notification(settled jsonb, fresh boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  -- Unless it says why it changed nothing, a message without a new fact repeats a known one.
  repeats boolean := settled->>'state' IN ('applied', 'unmatched') AND NOT fresh AND settled->>'reason' IS NULL;
BEGIN
  UPDATE notifications SET
      state = CASE WHEN repeats THEN 'duplicate' ELSE (settled->>'state')::notification_state END,
      reason = CASE WHEN repeats THEN NULL ELSE coalesce(settled->>'reason', settled->>'remark') END,
      payment_id = coalesce(settled->>'payment', payment_id), member_id = coalesce(settled->>'member', member_id),
      kind = settled->>'kind', amount = (settled->>'amount')::bigint, currency = settled->>'currency',
      gateway_reference = settled->>'gatewayReference', parent_reference = settled->>'parentReference'
    WHERE id = settled->>'id' AND state = 'received';
  DELETE FROM outbox WHERE subject_id = settled->>'id';
END $$;

-- Whether every claim of an unverified message is already a recorded fact with the same content; a browser's return claims only that its money
-- exists. While a fee could not be read, no message about its money is called a repetition unread: it may bring the fee.
CREATE OR REPLACE FUNCTION says_nothing_new(account text, payload jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
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
  END AND NOT EXISTS (
    SELECT FROM facts r WHERE r.account_id = account AND r.gateway_reference IN (SELECT jsonb_array_elements_text(payload->'references'))
      AND r.kind = 'remark_noted' AND r.qualifier IN ('fee_unreadable', 'fee_negative', 'fee_in_other_currency')
      AND NOT EXISTS (SELECT FROM facts f WHERE f.account_id = account AND f.gateway_reference = r.gateway_reference AND f.kind IN ('fee_charged', 'payer_fee_charged')))
$$;

-- Puts a message away that a person has read. One that told facts is about money, and is ended by what is done with that.
CREATE FUNCTION dismiss_notification(message text, written text) RETURNS jsonb LANGUAGE sql AS $$
  UPDATE notifications SET state = 'applied', reason = 'dismissed', dismissal = jsonb_build_object('note', written, 'reason', reason, 'at', iso(now()))
    WHERE id = message AND state = 'attention' AND kind IS NULL RETURNING dismissal
$$;
