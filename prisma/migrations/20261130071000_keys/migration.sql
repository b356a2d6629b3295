-- An Idempotency-Key is forgotten when nobody repeats its request any more. One that gave money back is kept for good: a late repetition
-- would be another refund.
ALTER TABLE idempotency_keys ADD COLUMN expires_at timestamptz DEFAULT now() + interval '72 hours';
UPDATE idempotency_keys SET expires_at = NULL WHERE answer->'result' ? 'refundId';
CREATE INDEX idempotency_keys_expiring ON idempotency_keys (expires_at) WHERE expires_at IS NOT NULL;
