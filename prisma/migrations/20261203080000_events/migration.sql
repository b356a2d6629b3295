-- Events: what a merchant's own systems hear of. A row is written in the transaction of what it tells and holds no data of its own where facts
-- do: data is the object, folded to as many facts as stood then.
--
-- An event gets its number after its transaction has committed, from the one process that numbers at a time. A number that is drawn inside
-- the transaction may become visible after a higher one did, however the reader compares transaction ids: one that began earlier may draw
-- later. And a counter for each merchant would let their payments wait for each other.

CREATE DOMAIN event_type AS text CHECK (VALUE IN ('payment.created', 'payment.processing', 'payment.paid', 'payment.failed', 'payment.cancelled',
  'payment.expired', 'payment.needs_review', 'payment.attention', 'payment.refunded', 'payment.disputed', 'payment.charged_back', 'refund.pending',
  'refund.succeeded', 'refund.failed', 'dispute.opened', 'dispute.won', 'dispute.lost', 'dispute.withdrawn', 'charge.cancelled',
  'gateway_account.disabled', 'gateway_account.enabled', 'notification.unmatched'));
CREATE DOMAIN event_object AS text CHECK (VALUE IN ('payment', 'refund', 'dispute', 'charge', 'gateway_account', 'notification'));

CREATE TABLE events_to_number (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL DEFAULT 'evt_' || left(replace(gen_random_uuid()::text, '-', ''), 26),
  merchant_id text NOT NULL, -- no foreign key: what is told of has one, and each payment would check it once more
  type event_type NOT NULL,
  object_kind event_object NOT NULL,
  object_id text NOT NULL, -- of a gateway account, its gateway
  facts int, -- how many stood of the payment, or of the money that a refund gives back; null where none are told of
  told jsonb, -- what no facts tell
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE events_to_number IS 'Events that were committed and have no number yet; each stays for a moment.';

CREATE TABLE events (
  id text PRIMARY KEY,
  merchant_id text NOT NULL,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  type event_type NOT NULL,
  object_kind event_object NOT NULL,
  object_id text NOT NULL,
  facts int,
  told jsonb,
  created_at timestamptz NOT NULL,
  UNIQUE (merchant_id, sequence)
);
COMMENT ON TABLE events IS 'What a merchant''s systems hear of, in order; kept for 90 days.';
CREATE INDEX events_by_type ON events (merchant_id, type, sequence);
CREATE INDEX events_to_forget ON events (created_at);
CREATE TRIGGER events_stay BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------- webhooks

CREATE DOMAIN delivery_state AS text CHECK (VALUE IN ('pending', 'succeeded', 'failed'));

CREATE TABLE webhook_endpoints (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  url text NOT NULL,
  types text[] NOT NULL CHECK (cardinality(types) > 0),
  description text,
  secret bytea NOT NULL, -- sealed
  former_secret bytea, -- sealed; after a rotation it signs too, until then
  former_until timestamptz,
  enabled boolean NOT NULL DEFAULT true,
  disabled_reason text CHECK (disabled_reason IN ('gone', 'failing')), -- null: a person did it
  failing_since timestamptz, -- since the first try that failed with none since that succeeded
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,
  CHECK (disabled_reason IS NULL OR NOT enabled),
  CHECK ((former_secret IS NULL) = (former_until IS NULL))
);
COMMENT ON TABLE webhook_endpoints IS 'Where a merchant''s systems are told of events.';
CREATE INDEX webhook_endpoints_of_merchant ON webhook_endpoints (merchant_id, sequence) WHERE removed_at IS NULL;

CREATE TABLE webhook_deliveries (
  id text PRIMARY KEY DEFAULT 'whd_' || left(replace(gen_random_uuid()::text, '-', ''), 26),
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  endpoint_id text NOT NULL REFERENCES webhook_endpoints,
  event_id text NOT NULL, -- of a test there is no such event
  is_test boolean NOT NULL DEFAULT false,
  object text NOT NULL, -- what the event is of: an object's events wait for its earlier ones
  state delivery_state NOT NULL DEFAULT 'pending',
  tries int NOT NULL DEFAULT 0, -- since it was queued or sent again
  attempts jsonb NOT NULL DEFAULT '[]', -- [{ at, status, milliseconds, answer, error }]
  taken_at timestamptz, -- by a process that sends it; due again when that was not heard of
  due_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE webhook_deliveries IS 'Events that are sent to an endpoint, with what became of it; kept for 30 days.';
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_taken ON webhook_deliveries (endpoint_id) WHERE taken_at IS NOT NULL;
CREATE INDEX webhook_deliveries_in_turn ON webhook_deliveries (endpoint_id, object, sequence) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, sequence);
CREATE INDEX webhook_deliveries_to_forget ON webhook_deliveries (created_at);

-- number_events(most): gives the oldest events without a number theirs, and queues them for the endpoints that want them; answers how many. A reader
-- who sees a number sees every smaller one. To be called by itself, since others wait until its transaction ends.
CREATE FUNCTION number_events(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE how_many int;
BEGIN
  IF NOT EXISTS (SELECT FROM events_to_number) THEN RETURN 0; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('numbers of events', 0));
  WITH taken AS (DELETE FROM events_to_number WHERE place IN (SELECT n.place FROM events_to_number n ORDER BY n.place LIMIT most) RETURNING *),
  numbered AS (
    INSERT INTO events (id, merchant_id, type, object_kind, object_id, facts, told, created_at)
      SELECT t.id, t.merchant_id, t.type, t.object_kind, t.object_id, t.facts, t.told, t.created_at FROM taken t ORDER BY t.place RETURNING *),
  queued AS (
    INSERT INTO webhook_deliveries (endpoint_id, event_id, object)
      SELECT w.id, n.id, n.object_kind || ' ' || n.object_id
      FROM numbered n JOIN webhook_endpoints w ON w.merchant_id = n.merchant_id AND w.removed_at IS NULL AND w.enabled AND n.type::text = ANY (w.types)
      ORDER BY n.sequence)
  SELECT count(*) INTO how_many FROM numbered;
  RETURN how_many;
END $$;

-- tell_events(merchant, events): in the transaction of what they tell, in this order. events: [{ type, kind, id, facts }]
CREATE FUNCTION tell_events(merchant text, events jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO events_to_number (merchant_id, type, object_kind, object_id, facts)
    SELECT merchant, e->>'type', e->>'kind', e->>'id', (e->>'facts')::int FROM jsonb_array_elements(events) e
$$;

-- As before, and tells what the facts mean to the merchant (`events`), if they were recorded.
CREATE OR REPLACE FUNCTION record_on_cart(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE recorded jsonb;
BEGIN
  PERFORM set_config('quittance.names_of_recording', '', true);
  recorded := record_turn(payload);
  IF recorded->>'outcome' = 'cart_moved' THEN
    RETURN recorded || jsonb_build_object('cart', read_cart_part(payload->>'member', payload->'cartNeeded'));
  END IF;
  IF recorded->>'outcome' = 'recorded' AND payload->'events' IS NOT NULL THEN
    PERFORM tell_events(payload->>'merchant', payload->'events');
  END IF;
  RETURN recorded;
END $$;

-- As before, and tells that the payment was created.
CREATE OR REPLACE FUNCTION open_payment_by(payload jsonb, receivers bytea, lease interval, most_open int, author jsonb) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE opened_at timestamptz := open_payment_within(payload, receivers, lease, most_open);
BEGIN
  IF opened_at IS NOT NULL THEN
    PERFORM note_changes(author, jsonb_build_array(jsonb_build_object('merchant', payload->'merchant', 'action', 'payment.opened',
      'kind', 'payment', 'object', payload->'id', 'after', jsonb_build_object('member', payload->'member', 'gateway', payload->'gateway',
        'amount', payload->'amount', 'currency', payload->'currency'))));
    INSERT INTO events_to_number (merchant_id, type, object_kind, object_id, facts)
      VALUES (payload->>'merchant', 'payment.created', 'payment', payload->>'id', CASE WHEN payload->>'opened' IS NULL THEN 0 ELSE 1 END);
  END IF;
  RETURN opened_at;
END $$;

-- ---------------------------------------------------------------- what no payment's facts tell, wherever it is changed

CREATE FUNCTION tell_cancelled_charges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events_to_number (merchant_id, type, object_kind, object_id)
    SELECT c.merchant_id, 'charge.cancelled', 'charge', c.id FROM cancelled x JOIN charges c ON c.id = x.charge_id ORDER BY c.sequence;
  RETURN NULL;
END $$;
CREATE TRIGGER charge_cancellations_tell AFTER INSERT ON charge_cancellations REFERENCING NEW TABLE AS cancelled
  FOR EACH STATEMENT EXECUTE FUNCTION tell_cancelled_charges();

CREATE FUNCTION tell_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events_to_number (merchant_id, type, object_kind, object_id, told)
    VALUES (NEW.merchant_id, CASE WHEN NEW.enabled THEN 'gateway_account.enabled' ELSE 'gateway_account.disabled' END, 'gateway_account', NEW.gateway,
            jsonb_build_object('gateway', NEW.gateway, 'environment', NEW.environment, 'enabled', NEW.enabled));
  RETURN NULL;
END $$;
CREATE TRIGGER gateway_accounts_tell AFTER UPDATE OF enabled ON gateway_accounts FOR EACH ROW
  WHEN (OLD.enabled <> NEW.enabled) EXECUTE FUNCTION tell_account();

CREATE FUNCTION tell_unmatched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events_to_number (merchant_id, type, object_kind, object_id, told)
    SELECT a.merchant_id, 'notification.unmatched', 'notification', NEW.id,
           jsonb_build_object('state', NEW.state, 'reason', NEW.reason, 'payment', NULL, 'member', NULL, 'attempts', NEW.attempts)
    FROM gateway_accounts a WHERE a.id = NEW.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER notifications_tell AFTER UPDATE OF state ON notifications FOR EACH ROW
  WHEN (NEW.state = 'unmatched' AND OLD.state <> 'unmatched') EXECUTE FUNCTION tell_unmatched();
