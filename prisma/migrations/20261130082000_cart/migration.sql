-- A cart is read at the cost of what is open in it, and not of what was ever paid: what is open, what is credit and the balance stand in
-- rows that triggers derive from the books. Triggers, and not the booking functions, because every writer passes them, the functions of the
-- release before among them, and because they refuse in the same step what the derived rows do not hold.

-- Every transaction that writes a cart takes its row first. With their table held, nobody is in the middle of one, and nobody who waits holds what is
-- needed below; a reader holds it as well, so the table is taken in the end's mode at once and never asked for more.
LOCK TABLE carts IN ACCESS EXCLUSIVE MODE;

-- ---------------------------------------------------------------- what the books say

CREATE FUNCTION day_owed(charge charges) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(charge.due_on, (charge.created_at AT TIME ZONE 'UTC')::date)
$$;

CREATE VIEW cart_open_by_books AS
  SELECT h.member_id, day_owed(h) AS due_on, h.sequence, h.id AS charge_id, h.category, h.amount - coalesce(p.paid, 0)::bigint AS open
  FROM charges h LEFT JOIN (
    SELECT a.charge_id, sum(a.amount - coalesce(u.undone, 0)) AS paid
    FROM allocations a LEFT JOIN (SELECT allocation_id, sum(amount) AS undone FROM allocation_undos GROUP BY 1) u ON u.allocation_id = a.id
    GROUP BY 1) p ON p.charge_id = h.id
  WHERE h.amount <> coalesce(p.paid, 0) AND NOT EXISTS (SELECT FROM charge_cancellations x WHERE x.charge_id = h.id);

CREATE VIEW cart_credit_by_books AS
  SELECT l.member_id, l.id AS payline_id, l.amount - coalesce(p.paid, 0)::bigint - coalesce(t.taken, 0)::bigint AS credit
  FROM paylines l LEFT JOIN (
    SELECT a.payline_id, sum(a.amount - coalesce(u.undone, 0)) AS paid
    FROM allocations a LEFT JOIN (SELECT allocation_id, sum(amount) AS undone FROM allocation_undos GROUP BY 1) u ON u.allocation_id = a.id
    GROUP BY 1) p ON p.payline_id = l.id
  LEFT JOIN (SELECT payline_id, sum(amount) AS taken FROM allocation_undos WHERE by_payline_id IS NOT NULL GROUP BY 1) t ON t.payline_id = l.id
  WHERE l.amount > 0 AND l.amount <> coalesce(p.paid, 0) + coalesce(t.taken, 0);

CREATE VIEW cart_balance_by_books AS
  SELECT c.member_id, coalesce(l.paid, 0)::bigint - coalesce(h.owed, 0)::bigint AS balance
  FROM carts c
  LEFT JOIN (SELECT member_id, sum(amount) AS paid FROM paylines GROUP BY 1) l USING (member_id)
  LEFT JOIN (
    SELECT member_id, sum(amount) AS owed FROM charges WHERE NOT EXISTS (SELECT FROM charge_cancellations x WHERE x.charge_id = charges.id) GROUP BY 1
  ) h USING (member_id);

-- ---------------------------------------------------------------- what is derived from it

-- In the order in which charges are paid. A row has no reference to its charge, which cannot be deleted, and vanishes when nothing is open.
CREATE TABLE cart_open (
  member_id text NOT NULL,
  due_on date NOT NULL,
  sequence bigint NOT NULL,
  charge_id text NOT NULL,
  category text NOT NULL,
  open positive_amount NOT NULL,
  PRIMARY KEY (member_id, due_on, sequence)
) WITH (fillfactor = 70);

-- In the order in which credit is used.
CREATE TABLE cart_credit (
  member_id text NOT NULL,
  payline_id bigint NOT NULL,
  credit positive_amount NOT NULL,
  PRIMARY KEY (member_id, payline_id)
) WITH (fillfactor = 70);

-- Above zero what is in advance, below zero what is owed: as no credit is idle beside an open charge, it is never both.
ALTER TABLE carts ADD COLUMN balance bigint NOT NULL DEFAULT 0;

-- Most lines of a member are of one payment; what a message without a payment brought has its own.
CREATE INDEX paylines_of_notification ON paylines (notification_id) WHERE notification_id IS NOT NULL;

CREATE FUNCTION count_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cart_open (member_id, due_on, sequence, charge_id, category, open)
    VALUES (NEW.member_id, day_owed(NEW), NEW.sequence, NEW.id, NEW.category, NEW.amount);
  UPDATE carts SET balance = balance - NEW.amount WHERE member_id = NEW.member_id;
  RETURN NULL;
END $$;
CREATE TRIGGER charges_count AFTER INSERT ON charges FOR EACH ROW EXECUTE FUNCTION count_charge();

CREATE FUNCTION count_cancellation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE charge charges;
BEGIN
  SELECT * INTO charge FROM charges WHERE id = NEW.charge_id;
  DELETE FROM cart_open WHERE member_id = charge.member_id AND due_on = day_owed(charge) AND sequence = charge.sequence;
  UPDATE carts SET balance = balance + charge.amount WHERE member_id = charge.member_id;
  RETURN NULL;
END $$;
CREATE TRIGGER charge_cancellations_count AFTER INSERT ON charge_cancellations FOR EACH ROW EXECUTE FUNCTION count_cancellation();

CREATE FUNCTION count_payline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount > 0 THEN INSERT INTO cart_credit (member_id, payline_id, credit) VALUES (NEW.member_id, NEW.id, NEW.amount); END IF;
  UPDATE carts SET balance = balance + NEW.amount WHERE member_id = NEW.member_id;
  RETURN NULL;
END $$;
CREATE TRIGGER paylines_count AFTER INSERT ON paylines FOR EACH ROW EXECUTE FUNCTION count_payline();

-- Takes credit off a payline; false where it does not have so much. Mostly all of it is taken.
CREATE FUNCTION take_credit(member text, payline bigint, amount bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM cart_credit c WHERE c.member_id = member AND c.payline_id = payline AND c.credit = take_credit.amount;
  IF FOUND THEN RETURN true; END IF;
  UPDATE cart_credit c SET credit = c.credit - take_credit.amount WHERE c.member_id = member AND c.payline_id = payline AND c.credit > take_credit.amount;
  RETURN FOUND;
END $$;

-- A payline may not pay more than it is, nor a charge be paid more than it is, nor another member's charge. The derived rows know it in a
-- step each, however many parts a charge was paid in.
CREATE FUNCTION count_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner text; debtor text; place bigint; day date;
BEGIN
  SELECT l.member_id, h.member_id, h.sequence, day_owed(h) INTO owner, debtor, place, day FROM paylines l, charges h WHERE l.id = NEW.payline_id AND h.id = NEW.charge_id;
  IF owner <> debtor THEN
    RAISE EXCEPTION 'payline % would pay another member''s charge', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF NOT take_credit(owner, NEW.payline_id, NEW.amount) THEN
    RAISE EXCEPTION 'payline % would pay more than it is', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  DELETE FROM cart_open o WHERE o.member_id = owner AND o.due_on = day AND o.sequence = place AND o.open = NEW.amount;
  IF FOUND THEN RETURN NULL; END IF;
  UPDATE cart_open o SET open = o.open - NEW.amount WHERE o.member_id = owner AND o.due_on = day AND o.sequence = place AND o.open > NEW.amount;
  IF FOUND THEN RETURN NULL; END IF;
  IF EXISTS (SELECT FROM charge_cancellations x WHERE x.charge_id = NEW.charge_id) THEN
    RAISE EXCEPTION 'charge % is cancelled and would be paid', NEW.charge_id USING ERRCODE = 'check_violation';
  END IF;
  RAISE EXCEPTION 'charge % would be paid more than it is', NEW.charge_id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER allocations_count AFTER INSERT ON allocations FOR EACH ROW EXECUTE FUNCTION count_allocation();

-- What was taken off a charge is open again, unless it is owed no more; what no line below zero took is credit again.
CREATE FUNCTION count_undo() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner text; charge charges;
BEGIN
  SELECT member_id INTO owner FROM paylines WHERE id = NEW.payline_id;
  IF NEW.allocation_id IS NULL THEN
    IF NOT take_credit(owner, NEW.payline_id, NEW.amount) THEN
      RAISE EXCEPTION 'more of payline % would be taken than it is', NEW.payline_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
  END IF;
  SELECT h.* INTO charge FROM allocations a JOIN charges h ON h.id = a.charge_id WHERE a.id = NEW.allocation_id;
  IF NOT is_cancelled(charge) THEN
    INSERT INTO cart_open AS o (member_id, due_on, sequence, charge_id, category, open)
      VALUES (charge.member_id, day_owed(charge), charge.sequence, charge.id, charge.category, NEW.amount)
      ON CONFLICT (member_id, due_on, sequence) DO UPDATE SET open = o.open + excluded.open;
  END IF;
  IF NEW.by_payline_id IS NULL THEN
    INSERT INTO cart_credit AS c (member_id, payline_id, credit) VALUES (owner, NEW.payline_id, NEW.amount)
      ON CONFLICT (member_id, payline_id) DO UPDATE SET credit = c.credit + excluded.credit;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER allocation_undos_count AFTER INSERT ON allocation_undos FOR EACH ROW EXECUTE FUNCTION count_undo();

INSERT INTO cart_open (member_id, due_on, sequence, charge_id, category, open) SELECT * FROM cart_open_by_books;
INSERT INTO cart_credit (member_id, payline_id, credit) SELECT * FROM cart_credit_by_books;
UPDATE carts c SET balance = b.balance FROM cart_balance_by_books b WHERE b.member_id = c.member_id AND b.balance <> 0;
ANALYZE cart_open, cart_credit;

-- The checks above trust these rows, so only the triggers write them, and the owner does not.
CREATE FUNCTION refuse_underived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% follows the lines of the carts: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER cart_open_follows BEFORE INSERT OR UPDATE OR DELETE ON cart_open FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_underived();
CREATE TRIGGER cart_open_stays_whole BEFORE TRUNCATE ON cart_open FOR EACH STATEMENT EXECUTE FUNCTION refuse_underived();
CREATE TRIGGER cart_credit_follows BEFORE INSERT OR UPDATE OR DELETE ON cart_credit FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_underived();
CREATE TRIGGER cart_credit_stays_whole BEFORE TRUNCATE ON cart_credit FOR EACH STATEMENT EXECUTE FUNCTION refuse_underived();
CREATE TRIGGER carts_balance_follows BEFORE UPDATE OF balance ON carts FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_underived();

-- The allocations are checked as they are counted.
DROP TRIGGER allocations_fit ON allocations;
DROP FUNCTION refuse_overallocation();

-- What a line takes is summed once, at the last of its undos: thousands of them would each sum all.
DROP INDEX allocation_undos_by_payline;
CREATE INDEX allocation_undos_by_payline ON allocation_undos (by_payline_id, id) WHERE by_payline_id IS NOT NULL;

CREATE OR REPLACE FUNCTION refuse_overundoing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE payline paylines; allocation allocations; taker paylines;
BEGIN
  SELECT * INTO payline FROM paylines WHERE id = NEW.payline_id;
  SELECT * INTO allocation FROM allocations WHERE id = NEW.allocation_id;
  IF allocation.id IS NOT NULL AND (allocation.payline_id <> payline.id OR standing_of(allocation) < 0) THEN
    RAISE EXCEPTION 'more of allocation % would be undone than was laid', NEW.allocation_id USING ERRCODE = 'check_violation';
  END IF;
  IF payline.amount <= 0 THEN
    RAISE EXCEPTION 'more of payline % would be taken than it is', NEW.payline_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.by_payline_id IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO taker FROM paylines WHERE id = NEW.by_payline_id;
  IF taker.amount >= 0 THEN
    RAISE EXCEPTION 'payline % is above zero, and takes nothing', taker.id USING ERRCODE = 'check_violation';
  END IF;
  IF (taker.member_id, taker.payment_id, taker.notification_id) IS DISTINCT FROM (payline.member_id, payline.payment_id, payline.notification_id) THEN
    RAISE EXCEPTION 'payline % takes from a line that is not of its payment', taker.id USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM allocation_undos u WHERE u.by_payline_id = taker.id AND u.id > NEW.id) AND taken_by(taker) > -taker.amount THEN
    RAISE EXCEPTION 'payline % takes more than it is', taker.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

-- ---------------------------------------------------------------- reading a cart

-- As the release before reads it.
CREATE OR REPLACE FUNCTION read_cart(member text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'version', c.version,
    'charges', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', o.charge_id, 'category', o.category, 'sequence', o.sequence, 'dueOn', o.due_on, 'open', o.open))
      FROM cart_open o WHERE o.member_id = member), '[]'),
    'credits', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', p.id::text, 'of', coalesce(p.payment_id, p.notification_id), 'sequence', p.id, 'credit', r.credit))
      FROM cart_credit r JOIN paylines p ON p.id = r.payline_id WHERE r.member_id = member), '[]'))
  FROM carts c WHERE c.member_id = member
$$;

-- The oldest open charges, as many as so much money reaches; no row more is read, save those that the loop fetches ahead.
CREATE FUNCTION charges_reached(member text, money bigint) RETURNS SETOF cart_open LANGUAGE plpgsql STABLE ROWS 3 AS $$
DECLARE charge cart_open; rest bigint := money;
BEGIN
  IF rest <= 0 THEN RETURN; END IF;
  FOR charge IN SELECT * FROM cart_open o WHERE o.member_id = member ORDER BY o.due_on, o.sequence LOOP
    RETURN NEXT charge;
    rest := rest - charge.open;
    EXIT WHEN rest <= 0;
  END LOOP;
END $$;

-- The oldest paylines with credit, as many as so great a debt reaches.
CREATE FUNCTION credit_reached(member text, debt bigint) RETURNS SETOF cart_credit LANGUAGE plpgsql STABLE ROWS 3 AS $$
DECLARE payline cart_credit; rest bigint := debt;
BEGIN
  IF rest <= 0 THEN RETURN; END IF;
  FOR payline IN SELECT * FROM cart_credit c WHERE c.member_id = member ORDER BY c.payline_id LOOP
    RETURN NEXT payline;
    rest := rest - payline.credit;
    EXIT WHEN rest <= 0;
  END LOOP;
END $$;

CREATE FUNCTION open_of(charge charges) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT o.open FROM cart_open o WHERE o.member_id = charge.member_id AND o.due_on = day_owed(charge) AND o.sequence = charge.sequence), 0)::bigint
$$;

CREATE FUNCTION texts_of(list jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF list = '[]' THEN RETURN '{}'; END IF; -- mostly, and it costs no query
  RETURN ARRAY(SELECT jsonb_array_elements_text(list));
END $$;

-- read_cart_part(member, needed): what of a cart must be known to change it.
--   { lays: money that is laid on open charges, named: [charges that are paid before others], owes: what a new charge is of,
--     of: the payment or message whose lines are taken off, or null, cancels: [charges that are owed no more] }
-- answers null to a caller that needs nothing, else { version, charges, credits, laid }: all parts that may be taken off; the open charges and the credit that they and the money
-- given reach, oldest first, with those that are named or have a part taken off.
CREATE FUNCTION read_cart_part(member text, needed jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE STRICT AS $$
#variable_conflict use_column
DECLARE
  whose text := needed->>'of';
  cancelled text[] := texts_of(needed->'cancels');
  foremost text[] := texts_of(needed->'named');
  takes_off boolean := whose IS NOT NULL OR cancelled <> '{}';
  moved bigint := (needed->>'lays')::bigint + (needed->>'owes')::bigint;
  own bigint[] := '{}'; laid jsonb := '[]'; off bigint; touched text[];
  charges jsonb := '[]'; credits jsonb := '[]'; answer jsonb;
BEGIN
  IF takes_off THEN
    own := ARRAY(SELECT id FROM paylines WHERE payment_id = whose UNION ALL SELECT id FROM paylines WHERE notification_id = whose);
    SELECT coalesce(jsonb_agg(jsonb_build_object('allocation', s.id::text, 'payline', s.payline_id::text, 'of', s.of, 'amount', s.standing, 'sequence', s.id,
               'charge', jsonb_build_object('id', h.id, 'category', h.category, 'sequence', h.sequence, 'dueOn', day_owed(h), 'open', open_of(h)))
               ORDER BY s.id), '[]'),
           coalesce(sum(s.standing), 0), array_agg(DISTINCT h.id)
      INTO laid, off, touched
      FROM (SELECT a.id, a.payline_id, a.charge_id, coalesce(l.payment_id, l.notification_id) AS of, standing_of(a) AS standing
            FROM (SELECT * FROM allocations WHERE payline_id = ANY (own) UNION SELECT * FROM allocations WHERE charge_id = ANY (cancelled)) a
              JOIN paylines l ON l.id = a.payline_id WHERE l.member_id = member) s
        JOIN charges h ON h.id = s.charge_id
      WHERE s.standing > 0;
    moved := moved + off;
    foremost := foremost || touched;
  END IF;
  IF NOT takes_off AND foremost = '{}' THEN
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.charge_id, 'category', o.category, 'sequence', o.sequence, 'dueOn', o.due_on, 'open', o.open)), '[]')
      INTO charges FROM charges_reached(member, (needed->>'lays')::bigint) o;
  ELSE
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.charge_id, 'category', o.category, 'sequence', o.sequence, 'dueOn', o.due_on, 'open', o.open)), '[]')
      INTO charges FROM (
        -- What is open of a cancelled charge is paid by nothing.
        SELECT * FROM charges_reached(member, moved + (SELECT coalesce(sum(open_of(h)), 0)::bigint FROM charges h WHERE h.id = ANY (cancelled)))
        UNION
        SELECT o.* FROM charges h JOIN cart_open o ON o.member_id = h.member_id AND o.due_on = day_owed(h) AND o.sequence = h.sequence
          WHERE h.id = ANY (foremost) AND h.member_id = member) o;
  END IF;
  IF takes_off OR (needed->>'owes')::bigint > 0 THEN
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id::text, 'of', coalesce(l.payment_id, l.notification_id), 'sequence', l.id, 'credit', c.credit)), '[]')
      INTO credits FROM (
        -- What is credit of the lines that are taken off pays nothing.
        SELECT * FROM credit_reached(member, moved
          + (SELECT coalesce(sum(credit), 0)::bigint FROM cart_credit WHERE member_id = member AND payline_id = ANY (own)))
        UNION
        SELECT * FROM cart_credit WHERE member_id = member AND payline_id = ANY (own)) c JOIN paylines l ON l.id = c.payline_id;
  END IF;
  SELECT jsonb_build_object('version', c.version, 'charges', charges, 'credits', credits, 'laid', laid) INTO answer FROM carts c WHERE c.member_id = member;
  RETURN answer;
END $$;

-- ---------------------------------------------------------------- writing one

-- Writes operations in their order. A payline or an allocation that is written has a name until it has an id, and is named by it in what is
-- written later of the same recording: a sum that is taken and given back by two facts of one turn, too. The cause of entries and undos is the
-- fact, or the command.
CREATE OR REPLACE FUNCTION write_operations(operations jsonb, merchant text, payment text, message text, member text, fact bigint, command text) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  op jsonb; new_id bigint; touched boolean := false;
  ids jsonb := coalesce(nullif(current_setting('quittance.names_of_recording', true), ''), '{}');
BEGIN
  FOR op IN SELECT value FROM jsonb_array_elements(operations) LOOP
    CASE op->>'op'
      WHEN 'payline' THEN
        INSERT INTO paylines (member_id, payment_id, notification_id, fact_id, kind, amount, currency)
          VALUES (member, payment, message, fact, (op->>'kind')::payline_kind, (op->>'amount')::bigint, op->>'currency') RETURNING id INTO new_id;
        ids := ids || jsonb_build_object(op->>'name', new_id);
        touched := true;
      WHEN 'allocation' THEN
        INSERT INTO allocations (payline_id, charge_id, amount)
          VALUES (coalesce(ids->>(op->>'payline'), op->>'payline')::bigint, op->>'charge', (op->>'amount')::bigint) RETURNING id INTO new_id;
        ids := ids || jsonb_build_object(op->>'name', new_id);
        touched := true;
      WHEN 'undo' THEN
        INSERT INTO allocation_undos (by_payline_id, payline_id, allocation_id, amount, fact_id, command_id)
          VALUES (coalesce(ids->>(op->>'by'), op->>'by')::bigint, coalesce(ids->>(op->>'payline'), op->>'payline')::bigint,
                  coalesce(ids->>(op->>'allocation'), op->>'allocation')::bigint, (op->>'amount')::bigint, fact, command);
        touched := true;
      WHEN 'cancellation' THEN
        INSERT INTO charge_cancellations (charge_id, fact_id, command_id) VALUES (op->>'charge', fact, command) ON CONFLICT DO NOTHING;
        touched := true;
      WHEN 'entry' THEN
        PERFORM write_entry_of(merchant, coalesce(op->>'of', payment), fact, command,
          coalesce(ids->>(op->>'allocation'), op->>'allocation')::bigint, coalesce(ids->>(op->>'payline'), op->>'payline')::bigint, op->'entry');
    END CASE;
  END LOOP;
  IF touched THEN PERFORM set_config('quittance.names_of_recording', ids::text, true); END IF;
  RETURN touched;
END $$;

-- record_turn, whose caller says in `cartNeeded` what of the cart it booked on (see read_cart_part): `cart_moved` then brings that as it is now,
-- so that booking again costs one call.
CREATE FUNCTION record_on_cart(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE recorded jsonb;
BEGIN
  PERFORM set_config('quittance.names_of_recording', '', true);
  recorded := record_turn(payload);
  IF recorded->>'outcome' = 'cart_moved' THEN
    RETURN recorded || jsonb_build_object('cart', read_cart_part(payload->>'member', payload->'cartNeeded'));
  END IF;
  RETURN recorded;
END $$;

-- change_cart(payload): a charge is added, charges are cancelled, or unmatched money is attached: with all that it does.
--   { merchant, member, cartVersion, cartNeeded?, operations, charge?: { id, label, category, amount, currency, dueOn }, command?: { id, kind, body },
--     attach?: { fact, notification, amount } }
-- answers { outcome: 'recorded' | 'given_back' | 'not_unmatched' | 'already_cancelled' } | { outcome: 'cart_moved', cart: what of it was needed, as it is now, or null }
CREATE OR REPLACE FUNCTION change_cart(payload jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  merchant text := payload->>'merchant';
  member text := payload->>'member';
  charge jsonb := payload->'charge';
  command jsonb := payload->'command';
  attached jsonb := payload->'attach';
  suspended facts;
BEGIN
  PERFORM FROM carts WHERE member_id = member AND version = (payload->>'cartVersion')::bigint FOR UPDATE;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('outcome', 'cart_moved', 'cart', read_cart_part(member, payload->'cartNeeded'));
  END IF;
  IF charge IS NOT NULL THEN
    INSERT INTO charges (id, merchant_id, member_id, label, category, amount, currency, due_on)
      VALUES (charge->>'id', merchant, member, charge->>'label', charge->>'category', (charge->>'amount')::bigint, charge->>'currency', (charge->>'dueOn')::date);
  END IF;
  IF command IS NOT NULL THEN
    IF EXISTS (SELECT FROM charge_cancellations WHERE charge_id = command->'body'->>'charge') THEN
      RETURN jsonb_build_object('outcome', 'already_cancelled');
    END IF;
    INSERT INTO commands (id, member_id, kind, body, outcome) VALUES (command->>'id', member, command->>'kind', command->'body', '{"outcome": "accepted"}');
  END IF;
  IF attached IS NOT NULL THEN
    SELECT * INTO suspended FROM facts WHERE id = (attached->>'fact')::bigint;
    -- A refund that is being recorded is waited for: what it gives back is no longer ours to give to a member.
    PERFORM pg_advisory_xact_lock(hashtextextended(suspended.account_id || ' ' || suspended.gateway_reference, 0));
    IF left_of(suspended.account_id, suspended.gateway_reference) <> (attached->>'amount')::bigint THEN
      RETURN jsonb_build_object('outcome', 'given_back');
    END IF;
    UPDATE notifications SET state = 'applied', member_id = member WHERE id = attached->>'notification' AND state = 'unmatched';
    IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'not_unmatched'); END IF;
  END IF;
  PERFORM set_config('quittance.names_of_recording', '', true);
  PERFORM write_operations(payload->'operations', merchant, NULL, attached->>'notification', member, suspended.id, command->>'id');
  UPDATE carts SET version = version + 1 WHERE member_id = member;
  RETURN jsonb_build_object('outcome', 'recorded');
END $$;

-- ---------------------------------------------------------------- what must never have a row

CREATE VIEW inv_cart_open_equals_books AS
  SELECT charge_id AS charge, o.open AS derived, b.open AS books
  FROM cart_open o FULL JOIN cart_open_by_books b USING (member_id, due_on, sequence, charge_id, category)
  WHERE o.open IS DISTINCT FROM b.open;
COMMENT ON VIEW inv_cart_open_equals_books IS 'what carts say is open of each charge is what nothing has paid';

CREATE VIEW inv_cart_credit_equals_books AS
  SELECT payline_id AS payline, c.credit AS derived, b.credit AS books
  FROM cart_credit c FULL JOIN cart_credit_by_books b USING (member_id, payline_id)
  WHERE c.credit IS DISTINCT FROM b.credit;
COMMENT ON VIEW inv_cart_credit_equals_books IS 'what carts say is credit of each payline is what pays nothing and was not taken';

CREATE VIEW inv_cart_balance_equals_books AS
  SELECT c.member_id AS member, c.balance AS derived, b.balance AS books
  FROM carts c JOIN cart_balance_by_books b USING (member_id) WHERE c.balance <> b.balance;
COMMENT ON VIEW inv_cart_balance_equals_books IS 'the balance of each cart is its paylines less its charges';

CREATE VIEW inv_cart_balance_is_credit_or_due AS
  SELECT c.member_id AS member, c.balance, r.credit, o.due
  FROM carts c
  LEFT JOIN (SELECT member_id, sum(credit) AS credit FROM cart_credit GROUP BY 1) r USING (member_id)
  LEFT JOIN (SELECT member_id, sum(open) AS due FROM cart_open GROUP BY 1) o USING (member_id)
  WHERE greatest(c.balance, 0) <> coalesce(r.credit, 0) OR greatest(-c.balance, 0) <> coalesce(o.due, 0);
COMMENT ON VIEW inv_cart_balance_is_credit_or_due IS 'the balance of each cart is all of its credit, or all that is open in it';
