-- What a gateway charges for giving money back is a cost of its own, beside the fee that it keeps of the payment.

ALTER DOMAIN entry_kind DROP CONSTRAINT entry_kind_check;
ALTER DOMAIN entry_kind ADD CONSTRAINT entry_kind_check CHECK (VALUE IN (
  'payment_captured', 'fee_charged', 'payment_suspended', 'suspense_accepted', 'suspense_attached', 'credit_used', 'payment_refunded',
  'suspense_refunded', 'fee_returned', 'refund_failed', 'charge_cancelled', 'payment_reversed', 'reversal_cancelled', 'dispute_lost',
  'dispute_fee_charged', 'suspense_written_off', 'refund_fee_charged'));

CREATE OR REPLACE VIEW inv_fees_are_booked AS
  SELECT f.id AS fact, f.gateway_reference FROM facts f WHERE f.kind IN ('fee_charged', 'refund_fee_charged')
  AND (SELECT count(*) FROM entries e WHERE e.fact_id = f.id AND e.kind = f.kind) <> 1;
