-- without a transaction

-- What a person looks for among a merchant's money: sums of a time, what asks for them, and things by what they know of them.

-- ---------------------------------------------------------------- statistics

DROP INDEX CONCURRENTLY IF EXISTS entries_of_time;
CREATE INDEX CONCURRENTLY entries_of_time ON entries (merchant_id, recorded_at);

-- ---------------------------------------------------------------- what asks for a person

-- This migration waits for the lock on payments for a moment only, so that no payment waits behind it.
SET lock_timeout = '3s';

-- Each reason for which a payment asks for a person, and since when. A list of what to do goes by that time, which payments do not have;
-- derived by a trigger, because every writer passes it, the release before among them.
CREATE TABLE IF NOT EXISTS payment_attentions (
  payment_id text NOT NULL,
  code text NOT NULL,
  account_id text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (payment_id, code)
);
COMMENT ON TABLE payment_attentions IS 'Each reason for which a payment asks for a person, and since when; held equal to payments by a trigger.';
CREATE INDEX IF NOT EXISTS payment_attentions_by_time ON payment_attentions (account_id, code, since, payment_id);

-- The reasons of a payment; the release before the last kept only the most urgent one.
CREATE OR REPLACE FUNCTION attention_codes_of(payment payments) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT value->>'code' FROM jsonb_array_elements(payment.attentions) UNION SELECT payment.attention WHERE payment.attention IS NOT NULL
$$;
CREATE OR REPLACE FUNCTION keep_payment_attentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM payment_attentions t WHERE t.payment_id = NEW.id AND t.code NOT IN (SELECT attention_codes_of(NEW))
  ; INSERT INTO payment_attentions (payment_id, code, account_id) SELECT NEW.id, code, NEW.account_id FROM attention_codes_of(NEW) AS code
    ON CONFLICT DO NOTHING
  ; RETURN NULL
  ; END $$;
CREATE OR REPLACE TRIGGER payments_attentions AFTER UPDATE OF attention, attentions ON payments FOR EACH ROW
  WHEN ((OLD.attention, OLD.attentions) IS DISTINCT FROM (NEW.attention, NEW.attentions)) EXECUTE FUNCTION keep_payment_attentions();

-- Those that ask already: since when is not kept, so since what was last recorded of them.
INSERT INTO payment_attentions (payment_id, code, account_id, since)
  SELECT p.id, code, p.account_id, coalesce((SELECT max(f.recorded_at) FROM facts f WHERE f.payment_id = p.id), p.created_at)
  FROM payments p, attention_codes_of(p) AS code WHERE p.attention IS NOT NULL
  ON CONFLICT DO NOTHING;

CREATE OR REPLACE VIEW inv_attentions_are_listed AS
  WITH asking AS (SELECT p.id AS payment_id, code FROM payments p, attention_codes_of(p) AS code WHERE p.attention IS NOT NULL),
    listed AS (SELECT payment_id, code FROM payment_attentions)
  (TABLE asking EXCEPT TABLE listed) UNION ALL (TABLE listed EXCEPT TABLE asking);
COMMENT ON VIEW inv_attentions_are_listed IS 'every reason for which a payment asks for a person is in the list of what to do, and no other';

RESET lock_timeout;

-- The messages that wait for a person, by how long they do.
DROP INDEX CONCURRENTLY IF EXISTS unapplied_messages_by_time;
CREATE INDEX CONCURRENTLY unapplied_messages_by_time ON unapplied_messages (account_id, state, since, notification_id)
  WHERE state IN ('unmatched', 'attention');

-- ---------------------------------------------------------------- search

-- By amounts that a person reads on a statement, and by a gateway's own id of a refund. Neither column changes often.
DROP INDEX CONCURRENTLY IF EXISTS payments_by_amount;
CREATE INDEX CONCURRENTLY payments_by_amount ON payments (account_id, amount, sequence);
DROP INDEX CONCURRENTLY IF EXISTS refunds_by_amount;
CREATE INDEX CONCURRENTLY refunds_by_amount ON refunds (account_id, amount, sequence);
DROP INDEX CONCURRENTLY IF EXISTS refunds_by_reference;
CREATE INDEX CONCURRENTLY refunds_by_reference ON refunds (account_id, gateway_reference) WHERE gateway_reference IS NOT NULL;
