-- Agreements: a member's standing consent to be charged again and again. Each instalment that is collected is a payment of its own.

ALTER DOMAIN outbox_kind DROP CONSTRAINT outbox_kind_check;
ALTER DOMAIN outbox_kind ADD CONSTRAINT outbox_kind_check
  CHECK (VALUE IN ('start', 'notification', 'command', 'renewal', 'wake', 'look', 'refund', 'deliveries', 'agreement', 'agreement_command'));
ALTER DOMAIN event_type DROP CONSTRAINT event_type_check;
ALTER DOMAIN event_type ADD CONSTRAINT event_type_check CHECK (VALUE IN ('payment.created', 'payment.processing', 'payment.paid', 'payment.failed', 'payment.cancelled',
  'payment.expired', 'payment.needs_review', 'payment.attention', 'payment.refunded', 'payment.disputed', 'payment.charged_back', 'refund.pending',
  'refund.succeeded', 'refund.failed', 'dispute.opened', 'dispute.won', 'dispute.lost', 'dispute.withdrawn', 'charge.cancelled',
  'gateway_account.disabled', 'gateway_account.enabled', 'notification.unmatched',
  'agreement.created', 'agreement.active', 'agreement.past_due', 'agreement.suspended', 'agreement.cancelled', 'agreement.completed',
  'agreement.expired', 'agreement.failed', 'agreement.attention', 'instalment.collected', 'instalment.failed'));
ALTER DOMAIN event_object DROP CONSTRAINT event_object_check;
ALTER DOMAIN event_object ADD CONSTRAINT event_object_check CHECK (VALUE IN ('payment', 'refund', 'dispute', 'charge', 'gateway_account', 'notification', 'agreement'));
CREATE DOMAIN agreement_interval AS text CHECK (VALUE IN ('week', 'month', 'year'));
CREATE DOMAIN agreement_status AS text
  CHECK (VALUE IN ('created', 'awaiting_payer', 'active', 'past_due', 'suspended', 'cancelled', 'completed', 'expired', 'failed'));
CREATE DOMAIN agreement_command_kind AS text CHECK (VALUE IN ('cancel', 'suspend', 'resume', 'change_amount'));
COMMENT ON COLUMN outbox.payment_id IS 'Whose run is told: a payment''s, or an agreement''s; null: the message has a run of its own.';

-- What a merchant lets members begin by themselves.
CREATE TABLE offers (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  merchant_id text NOT NULL REFERENCES merchants (id),
  label text NOT NULL,
  category text NOT NULL,
  interval agreement_interval NOT NULL,
  every int NOT NULL CHECK (every BETWEEN 1 AND 12),
  currency currency_code NOT NULL,
  -- Either one amount, or what the member chooses between.
  amount bigint CHECK (amount > 0),
  min_amount bigint CHECK (min_amount > 0),
  max_amount bigint,
  instalments int CHECK (instalments > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Nobody can begin it any more; agreements that were begun from it go on.
  withdrawn_at timestamptz,
  CHECK ((amount IS NULL) = (min_amount IS NOT NULL) AND (min_amount IS NULL) = (max_amount IS NULL) AND min_amount <= max_amount)
);
CREATE INDEX offers_of_merchant ON offers (merchant_id, sequence);

CREATE TABLE agreements (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  merchant_id text NOT NULL REFERENCES merchants (id),
  member_id text NOT NULL REFERENCES members (id),
  account_id text NOT NULL REFERENCES gateway_accounts (id),
  gateway text NOT NULL,
  offer_id text REFERENCES offers (id),
  amount bigint NOT NULL CHECK (amount > 0),
  currency currency_code NOT NULL,
  interval agreement_interval NOT NULL,
  every int NOT NULL CHECK (every BETWEEN 1 AND 12),
  instalments int CHECK (instalments > 0),
  starts_on date NOT NULL,
  label text NOT NULL,
  category text NOT NULL,
  approve_by timestamptz NOT NULL,
  return_url text,
  cancel_url text,
  -- What the gateway is asked with.
  opening jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- What opening it taught.
  next_action jsonb,
  gateway_reference text,
  -- Derived from its facts, and written by the statement that records them.
  status agreement_status NOT NULL DEFAULT 'created',
  reason text,
  current_amount bigint NOT NULL CHECK (current_amount > 0),
  next_due_on date,
  cancelled_at timestamptz,
  attention text,
  attention_detail text,
  attention_since timestamptz,
  UNIQUE (account_id, gateway_reference)
);
CREATE INDEX agreements_of_merchant ON agreements (merchant_id, sequence);
CREATE INDEX agreements_of_member ON agreements (member_id, sequence);
CREATE INDEX agreements_of_status ON agreements (merchant_id, status, sequence);
CREATE INDEX agreements_with_attention ON agreements (merchant_id, attention_since) WHERE attention IS NOT NULL;

CREATE FUNCTION refuse_changed_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.merchant_id, OLD.member_id, OLD.account_id, OLD.gateway, OLD.offer_id, OLD.amount, OLD.currency, OLD.interval, OLD.every, OLD.instalments,
      OLD.starts_on, OLD.label, OLD.category, OLD.approve_by, OLD.opening, OLD.created_at)
     IS DISTINCT FROM (NEW.id, NEW.merchant_id, NEW.member_id, NEW.account_id, NEW.gateway, NEW.offer_id, NEW.amount, NEW.currency, NEW.interval, NEW.every,
      NEW.instalments, NEW.starts_on, NEW.label, NEW.category, NEW.approve_by, NEW.opening, NEW.created_at)
     OR OLD.gateway_reference <> NEW.gateway_reference THEN
    RAISE EXCEPTION 'the terms of agreement % are fixed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreements_stay BEFORE UPDATE ON agreements FOR EACH ROW EXECUTE FUNCTION refuse_changed_agreement();

-- What happened to an agreement. Of money only which payment it became; its own facts are that payment's.
CREATE TABLE agreement_facts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agreement_id text NOT NULL REFERENCES agreements (id),
  gateway_reference text NOT NULL,
  kind text NOT NULL,
  qualifier text NOT NULL,
  amount bigint,
  currency currency_code,
  detail jsonb,
  occurred_at timestamptz,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (agreement_id, gateway_reference, kind, qualifier)
);
CREATE TRIGGER agreement_facts_stay BEFORE UPDATE OR DELETE ON agreement_facts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_facts_stay_whole BEFORE TRUNCATE ON agreement_facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a person asks of an agreement, before the gateway is told.
CREATE TABLE agreement_commands (
  id text PRIMARY KEY,
  agreement_id text NOT NULL REFERENCES agreements (id),
  kind agreement_command_kind NOT NULL,
  body jsonb NOT NULL,
  outcome jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX agreement_commands_of_agreement ON agreement_commands (agreement_id);

-- Terms that were prepared at a gateway once, for all agreements that have them.
CREATE TABLE agreement_plans (
  account_id text NOT NULL REFERENCES gateway_accounts (id),
  -- Amount, currency, rhythm, number of instalments and label, as one text.
  terms text NOT NULL,
  gateway_reference text NOT NULL,
  PRIMARY KEY (account_id, terms)
);

-- Instalments: which payments were collected under which agreement, and as which of its instalments.
ALTER TABLE payments ADD COLUMN agreement_id text REFERENCES agreements (id), ADD COLUMN instalment int CHECK (instalment > 0),
  ADD CONSTRAINT payments_instalments_have_agreements CHECK ((agreement_id IS NULL) = (instalment IS NULL));
CREATE UNIQUE INDEX payments_instalments ON payments (agreement_id, instalment) WHERE agreement_id IS NOT NULL;
ALTER TABLE notifications ADD COLUMN agreement_id text REFERENCES agreements (id);
CREATE INDEX notifications_of_agreement ON notifications (agreement_id, sequence) WHERE agreement_id IS NOT NULL;

-- ---------------------------------------------------------------- opening

-- open_agreement(payload, author, lease): writes it, who opened it, and that its run is to be started.
CREATE FUNCTION open_agreement(payload jsonb, author jsonb, lease interval) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO agreements (id, merchant_id, member_id, account_id, gateway, offer_id, amount, currency, interval, every, instalments, starts_on, label, category,
                          approve_by, return_url, cancel_url, opening, current_amount)
    VALUES (payload->>'id', payload->>'merchantId', payload->>'memberId', payload->>'accountId', payload->>'gateway', payload->>'offer',
            (payload->>'amount')::bigint, payload->>'currency', payload->>'interval', (payload->>'every')::int, (payload->>'instalments')::int,
            (payload->>'startsOn')::date, payload->>'label', payload->>'category', (payload->>'approveBy')::timestamptz, payload->>'returnUrl',
            payload->>'cancelUrl', payload->'opening', (payload->>'amount')::bigint);
  INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES (payload->>'id', 'agreement', payload->>'id', now() + lease);
  PERFORM note_changes(author, jsonb_build_array(jsonb_build_object('merchant', payload->'merchantId', 'action', 'agreement.opened', 'kind', 'agreement',
    'object', payload->'id', 'after', jsonb_build_object('member', payload->'memberId', 'gateway', payload->'gateway', 'amount', payload->'amount',
      'currency', payload->'currency', 'interval', payload->'interval', 'every', payload->'every'))));
  INSERT INTO events_to_number (merchant_id, type, object_kind, object_id, facts)
    VALUES (payload->>'merchantId', 'agreement.created', 'agreement', payload->>'id', 0);
  RETURN now();
END $$;

-- ---------------------------------------------------------------- recording

-- Writes the facts of an agreement and how it stands with them. The caller holds its row.
CREATE FUNCTION write_agreement_facts(agreement text, told jsonb, standing jsonb, events jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
  INSERT INTO agreement_facts (agreement_id, gateway_reference, kind, qualifier, amount, currency, detail, occurred_at)
    SELECT agreement, f.fact->>'gatewayReference', f.fact->>'kind', f.fact->>'qualifier', (f.fact->>'amount')::bigint, f.fact->>'currency',
           nullif(f.fact->'detail', '{}'), (f.fact->>'occurredAt')::timestamptz
    FROM jsonb_array_elements(told) WITH ORDINALITY AS f(fact, place) ORDER BY f.place ON CONFLICT DO NOTHING;
  UPDATE agreements g SET status = standing->>'status', reason = standing->>'reason', current_amount = (standing->>'amount')::bigint,
      next_due_on = (standing->>'nextDueOn')::date, cancelled_at = (standing->>'cancelledAt')::timestamptz,
      attention_since = CASE WHEN standing->>'attention' IS NULL THEN NULL WHEN g.attention = standing->>'attention' THEN g.attention_since ELSE now() END,
      attention = standing->>'attention', attention_detail = standing->>'attentionDetail',
      -- Its payer has agreed, to it or to another amount: there is nothing left for them to do.
      next_action = CASE WHEN g.status IN ('created', 'awaiting_payer') AND standing->>'status' NOT IN ('created', 'awaiting_payer')
        OR g.current_amount <> (standing->>'amount')::bigint THEN NULL ELSE g.next_action END
    WHERE g.id = agreement;
  PERFORM tell_events((SELECT merchant_id FROM agreements WHERE id = agreement), events);
END $$;

-- record_agreement(payload): { agreement, known: how many facts this was decided on, facts, standing, events, reference?, nextAction?,
--   notification?: { id, state, reason }, command?: { id, outcome } }. Answers 'recorded', or 'stale' where other facts stand by now.
CREATE FUNCTION record_agreement(payload jsonb) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE agreement text := payload->>'agreement'; message jsonb := payload->'notification'; command jsonb := payload->'command';
BEGIN
  PERFORM FROM agreements WHERE id = agreement FOR NO KEY UPDATE;
  IF (SELECT count(*) FROM agreement_facts WHERE agreement_id = agreement) <> (payload->>'known')::bigint THEN RETURN 'stale'; END IF;
  UPDATE agreements SET gateway_reference = coalesce(gateway_reference, payload->>'reference'),
      next_action = CASE WHEN payload ? 'nextAction' THEN nullif(payload->'nextAction', 'null') ELSE next_action END
    WHERE id = agreement AND (payload ? 'reference' OR payload ? 'nextAction');
  PERFORM write_agreement_facts(agreement, payload->'facts', payload->'standing', payload->'events');
  IF message IS NOT NULL THEN
    UPDATE notifications SET agreement_id = agreement WHERE id = message->>'id' AND agreement_id IS NULL;
    PERFORM settle_without_facts(message->>'id', (message->>'state')::notification_state, message->>'reason');
  END IF;
  IF command IS NOT NULL THEN
    UPDATE agreement_commands SET outcome = command->'outcome' WHERE id = command->>'id' AND outcome IS NULL;
    DELETE FROM outbox WHERE subject_id = command->>'id';
  END IF;
  RETURN 'recorded';
END $$;

-- hand_over_instalment(payload, receivers): money of an instalment becomes a payment of its own, once, however many messages tell of it at once.
--   { agreement, known, facts, standing, events, reference: the money's, number, payment: as open_payment() takes it, message?: that told of it }
-- Answers the payment's id: that of the one it became before, where it did; null where other facts stand by now. A message goes on to that
-- payment's run; where none told of the money, the run is to look for itself.
CREATE FUNCTION hand_over_instalment(payload jsonb, receivers bytea) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE agreement text := payload->>'agreement'; account text := payload->'payment'->>'account'; message text := payload->>'message'; payment text;
BEGIN
  PERFORM FROM agreements WHERE id = agreement FOR NO KEY UPDATE;
  SELECT id INTO payment FROM payments WHERE account_id = account AND checkout_reference = payload->>'reference';
  IF payment IS NULL THEN
    IF (SELECT count(*) FROM agreement_facts WHERE agreement_id = agreement) <> (payload->>'known')::bigint THEN RETURN NULL; END IF;
    payment := payload->'payment'->>'id';
    PERFORM open_payment(payload->'payment', receivers, interval '5 seconds');
    UPDATE payments SET checkout_reference = payload->>'reference', agreement_id = agreement, instalment = (payload->>'number')::int WHERE id = payment;
    INSERT INTO events_to_number (merchant_id, type, object_kind, object_id, facts)
      VALUES (payload->'payment'->>'merchant', 'payment.created', 'payment', payment, 1);
    PERFORM write_agreement_facts(agreement, payload->'facts', payload->'standing', payload->'events');
  END IF;
  IF message IS NULL THEN
    INSERT INTO outbox (subject_id, kind, payment_id, due_at) VALUES ('look ' || payment, 'look', payment, now()) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE notifications SET payment_id = payment, agreement_id = agreement WHERE id = message AND state = 'received';
    UPDATE outbox SET payment_id = payment, due_at = now(), tries = 0 WHERE subject_id = message;
  END IF;
  RETURN payment;
END $$;

-- As before. A booking may make the charge that it pays (`charge`): an instalment's, which nothing else may pay before.
CREATE OR REPLACE FUNCTION record_on_cart(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE recorded jsonb; charge jsonb := payload->'charge';
BEGIN
  PERFORM set_config('quittance.names_of_recording', '', true);
  IF charge IS NULL THEN
    recorded := record_turn(payload);
  ELSE
    BEGIN
      INSERT INTO charges (id, merchant_id, member_id, label, category, amount, currency, due_on)
        VALUES (charge->>'id', payload->>'merchant', payload->>'member', charge->>'label', charge->>'category', (charge->>'amount')::bigint,
                charge->>'currency', (charge->>'dueOn')::date) ON CONFLICT (id) DO NOTHING;
      recorded := record_turn(payload);
      IF recorded->>'outcome' <> 'recorded' THEN RAISE SQLSTATE 'QU001'; END IF;
    EXCEPTION WHEN SQLSTATE 'QU001' THEN NULL; -- nothing was recorded, and so nothing is owed
    END;
  END IF;
  IF recorded->>'outcome' = 'cart_moved' THEN
    RETURN recorded || jsonb_build_object('cart', read_cart_part(payload->>'member', payload->'cartNeeded'));
  END IF;
  IF recorded->>'outcome' = 'recorded' AND payload->'events' IS NOT NULL THEN
    PERFORM tell_events(payload->>'merchant', payload->'events');
  END IF;
  RETURN recorded;
END $$;

-- ---------------------------------------------------------------- messages

-- As before; a message that names no payment may name an agreement (`agreement`, or by its references), whose run is told of it then.
CREATE OR REPLACE FUNCTION receive_message(payload jsonb, dedupe bytea, sealed_bytes bytea, sealed_payer bytea, lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  account text := payload->>'account';
  refs jsonb := payload->'claim'->'references';
  rules turn_rules := jsonb_populate_record(NULL::turn_rules, payload->'turns');
  shared bytea := CASE WHEN EXISTS (SELECT FROM bodies_to_move WHERE shared_until > now()) THEN sealed_bytes END;
  payment text; agreement text; run text; row_id text := payload->>'id'; initial notification_state := 'received'; existing notifications; waiting bigint := 0;
  is_stray boolean; tell boolean := false; due timestamptz;
BEGIN
  SELECT id INTO payment FROM payments WHERE id = payload->>'payment' AND account_id = account;
  IF payment IS NULL THEN
    SELECT id INTO payment FROM payments WHERE account_id = account AND checkout_reference IN (SELECT jsonb_array_elements_text(refs)) LIMIT 1;
  END IF;
  IF payment IS NULL THEN
    SELECT bound_payment_id INTO payment FROM payment_facts
      WHERE account_id = account AND gateway_reference IN (SELECT jsonb_array_elements_text(refs)) AND bound_payment_id IS NOT NULL LIMIT 1;
  END IF;
  IF payment IS NULL THEN
    SELECT g.id INTO agreement FROM agreements g WHERE g.account_id = account
      AND (g.id = payload->>'agreement' OR g.gateway_reference IN (SELECT jsonb_array_elements_text(refs))) LIMIT 1;
  END IF;
  run := coalesce(payment, agreement);
  is_stray := agreement IS NULL AND names_no_living(payment);
  IF payload->'accountFull' IS NOT NULL AND (
      CASE WHEN is_stray THEN (payload->>'accountFull')::boolean
      ELSE (SELECT count(*) FROM outbox WHERE payment_id = run AND kind = 'notification') >= rules.acceptable END) THEN
    RETURN jsonb_build_object('refused', true);
  END IF;
  IF is_known(account, payload->'claim') THEN initial := 'duplicate'; END IF;

  INSERT INTO notifications (id, account_id, dedupe_key, channel, sealed, state, payment_id, agreement_id)
    VALUES (row_id, account, dedupe, payload->>'channel', shared, initial, payment, agreement) ON CONFLICT (account_id, dedupe_key) DO NOTHING;
  IF NOT FOUND THEN
    UPDATE notifications SET state = 'received', reverified = true, reason = NULL
      WHERE account_id = account AND dedupe_key = dedupe
        AND (state = 'invalid' AND NOT reverified
          OR state IN ('applied', 'duplicate', 'invalid') AND attempts < (payload->>'askAgain')::int
            AND NOT has_facts(notifications.payment_id, '{payment_captured}'))
      RETURNING * INTO existing;
    IF NOT FOUND THEN
      SELECT * INTO existing FROM notifications WHERE account_id = account AND dedupe_key = dedupe;
      RETURN jsonb_build_object('id', existing.id, 'payment', coalesce(existing.payment_id, existing.agreement_id), 'fresh', false, 'state', existing.state, 'waiting', 0, 'tell', false);
    END IF;
    row_id := existing.id; run := coalesce(existing.payment_id, existing.agreement_id); initial := 'received';
    is_stray := existing.agreement_id IS NULL AND names_no_living(existing.payment_id);
  END IF;
  IF existing.sealed IS NULL THEN -- else its bytes lie there until they are moved
    INSERT INTO notification_bodies (notification_id, sealed, payer) VALUES (row_id, sealed_bytes, sealed_payer) ON CONFLICT DO NOTHING;
  END IF;
  IF initial = 'received' THEN
    SELECT c.tell, c.due INTO tell, due FROM claim_place(account, run, is_stray, rules) c;
    INSERT INTO outbox (subject_id, kind, payment_id, account_id, stray, told_at, due_at)
      VALUES (row_id, 'notification', run, account, is_stray, CASE WHEN tell THEN now() END, CASE WHEN tell THEN now() + lease ELSE due END)
      ON CONFLICT DO NOTHING;
    IF run IS NOT NULL THEN SELECT count(*) INTO waiting FROM outbox WHERE payment_id = run AND kind = 'notification'; END IF;
  END IF;
  RETURN jsonb_build_object('id', row_id, 'payment', run, 'fresh', initial = 'received', 'state', initial, 'waiting', waiting, 'tell', tell);
END $$;

-- ---------------------------------------------------------------- what must never have a row

CREATE VIEW inv_instalments_are_handed_over AS
  SELECT coalesce(p.id, f.detail->>'paymentId') AS payment, coalesce(p.agreement_id, f.agreement_id) AS agreement
  FROM (SELECT * FROM payments WHERE agreement_id IS NOT NULL) p
    FULL JOIN (SELECT * FROM agreement_facts WHERE kind = 'instalment_handed_over') f
      ON f.agreement_id = p.agreement_id AND f.detail->>'paymentId' = p.id AND f.gateway_reference = p.checkout_reference
  WHERE p.id IS NULL OR f.id IS NULL OR (f.detail->>'number')::int <> p.instalment;
COMMENT ON VIEW inv_instalments_are_handed_over IS 'every payment of an agreement is one of its instalments, and the agreement knows it';
