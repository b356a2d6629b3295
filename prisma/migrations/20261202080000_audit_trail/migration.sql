-- Who changed what, from where, and how it stood before and after. A row is written in the transaction of its change, by the place that
-- changes it: neither is there without the other. What gateways and the clock do to a payment is in its facts, and not repeated here.
CREATE DOMAIN actor_kind AS text CHECK (VALUE IN ('operator', 'key', 'person', 'member', 'payer', 'gateway', 'clock'));

CREATE TABLE audit_trail (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  merchant_id text, -- null: a change of the platform's. No foreign key: what is changed beside it has one, and each payment would check it once more
  action text NOT NULL CONSTRAINT audit_trail_action CHECK (action ~ '^[a-z_]+\.[a-z_]+$'), -- noun.verb_past
  object_kind text NOT NULL,
  object_id text NOT NULL,
  actor_kind actor_kind NOT NULL,
  actor_id text, -- the operator and the clock have none, nor has a person who is known by a link alone
  before jsonb,
  after jsonb,
  ip text,
  user_agent text CONSTRAINT audit_trail_user_agent CHECK (length(user_agent) <= 200),
  CONSTRAINT audit_trail_actor CHECK (actor_id IS NOT NULL OR actor_kind IN ('operator', 'person', 'clock'))
);
COMMENT ON TABLE audit_trail IS 'Who changed what; insert-only. Secrets and what is personal of a member are named here and never told.';

-- The list goes newest first: all of a merchant, or those of one actor, action or object; and in each the rows of a time lie together.
CREATE INDEX audit_trail_of_merchant ON audit_trail (merchant_id, at, id);
CREATE INDEX audit_trail_by_actor ON audit_trail (merchant_id, coalesce(actor_id, actor_kind::text), at, id);
CREATE INDEX audit_trail_by_action ON audit_trail (merchant_id, action, at, id);
CREATE INDEX audit_trail_by_object ON audit_trail (merchant_id, object_id, at, id);

CREATE TRIGGER audit_trail_stay BEFORE UPDATE OR DELETE ON audit_trail FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_trail_stay_whole BEFORE TRUNCATE ON audit_trail FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- note_changes(author, changes): a row for each change, by its author.
--   author: { kind, id, ip, userAgent }; changes: [{ merchant, action, kind, object, before, after }]
CREATE FUNCTION note_changes(author jsonb, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_trail (merchant_id, action, object_kind, object_id, actor_kind, actor_id, before, after, ip, user_agent)
    SELECT c.merchant, c.action, c.kind, c.object, author->>'kind', author->>'id', c.before, c.after, author->>'ip', author->>'userAgent'
    FROM jsonb_to_recordset(changes) AS c(merchant text, action text, kind text, object text, before jsonb, after jsonb);
END $$;

-- open_payment_by(payload, receivers, lease, most_open, author): open_payment_within(), and who opened it, in the same round trip. The release
-- before opens by that one.
CREATE FUNCTION open_payment_by(payload jsonb, receivers bytea, lease interval, most_open int, author jsonb) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE opened_at timestamptz := open_payment_within(payload, receivers, lease, most_open);
BEGIN
  IF opened_at IS NOT NULL THEN
    PERFORM note_changes(author, jsonb_build_array(jsonb_build_object('merchant', payload->'merchant', 'action', 'payment.opened',
      'kind', 'payment', 'object', payload->'id', 'after', jsonb_build_object('member', payload->'member', 'gateway', payload->'gateway',
        'amount', payload->'amount', 'currency', payload->'currency'))));
  END IF;
  RETURN opened_at;
END $$;
