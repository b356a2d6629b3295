-- Lists and sums that cost the same however many payments there are, and an audit that can begin where the last one ended.

-- ---------------------------------------------------------------- lists of payments, refunds and disputes
CREATE INDEX refunds_by_status ON refunds (merchant_id, status, sequence);
CREATE INDEX refunds_of_account ON refunds (account_id, sequence);
CREATE INDEX disputes_by_status ON disputes (merchant_id, status, sequence);
CREATE INDEX disputes_of_member ON disputes (member_id, sequence);

-- An identity repeats no number by itself; and an index on the sequence alone tempts the planner to walk through all merchants' rows.
ALTER TABLE refunds DROP CONSTRAINT refunds_sequence_key;
ALTER TABLE disputes DROP CONSTRAINT disputes_sequence_key;

-- ---------------------------------------------------------------- balances by marks

-- What was posted on an account in all entries up to one.
CREATE TABLE balance_marks (
  account_id int NOT NULL REFERENCES ledger_accounts,
  up_to bigint NOT NULL,
  debit bigint NOT NULL CHECK (debit >= 0),
  credit bigint NOT NULL CHECK (credit >= 0),
  marked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, up_to)
);
CREATE TRIGGER balance_marks_stay BEFORE UPDATE OR DELETE ON balance_marks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER balance_marks_stay_whole BEFORE TRUNCATE ON balance_marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The last number that an identity gave, whether or not its row is there; 0 before the first.
CREATE FUNCTION last_number(of_table regclass) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(of_table::text, 'id')::regclass), 0)
$$;

-- Waits a moment until every transaction that is older than this one has ended; whether they have. Each booking writes or locks a row,
-- and so has its place in the order of transactions, before it takes a number for an entry. So the numbers that were given before this
-- transaction took its place here are of older ones, and where these have ended each is that of a row that can be seen, or of none for ever.
CREATE FUNCTION wait_for_older() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
    RAISE EXCEPTION 'this transaction took its place before the numbers were read' USING ERRCODE = 'active_sql_transaction';
  END IF;
  PERFORM pg_current_xact_id();
  FOR i IN 1..100 LOOP
    IF pg_snapshot_xmin(pg_current_snapshot()) >= pg_current_xact_id() THEN RETURN true; END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
  RETURN false;
END $$;

-- mark_balances(at_least): writes the next mark of every account that has so many postings above its last one. Answers how many, or
-- null where another transaction goes on for longer than a moment: it may still write below the mark.
CREATE FUNCTION mark_balances(at_least int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE last_entry bigint := last_number('entries'); marked int;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('balance marks', 0)); -- of two at once the second finds nothing to do
  IF NOT wait_for_older() THEN RETURN NULL; END IF;
  INSERT INTO balance_marks (account_id, up_to, debit, credit)
    SELECT a.id, last_entry, coalesce(m.debit, 0) + s.debit, coalesce(m.credit, 0) + s.credit
    FROM ledger_accounts a
      LEFT JOIN LATERAL (SELECT * FROM balance_marks m WHERE m.account_id = a.id ORDER BY m.up_to DESC LIMIT 1) m ON true
      CROSS JOIN LATERAL posted_on(a.id, coalesce(m.up_to, 0), last_entry) s
    WHERE EXISTS (SELECT FROM postings p WHERE p.account_id = a.id AND p.entry_id > coalesce(m.up_to, 0) AND p.entry_id <= last_entry
                  ORDER BY p.entry_id OFFSET at_least - 1);
  GET DIAGNOSTICS marked = ROW_COUNT;
  RETURN marked;
END $$;

-- What was posted on an account in the entries above one, up to another.
CREATE FUNCTION posted_on(account int, above bigint, up_to bigint, OUT debit bigint, OUT credit bigint) LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(p.amount) FILTER (WHERE p.side = 'debit'), 0)::bigint, coalesce(sum(p.amount) FILTER (WHERE p.side = 'credit'), 0)::bigint
  FROM postings p WHERE p.account_id = account AND p.entry_id > above AND p.entry_id <= posted_on.up_to
$$;

CREATE VIEW inv_balance_marks_equal_postings AS
  SELECT m.account_id AS account, m.up_to, m.debit, m.credit
  FROM (SELECT *, lag(up_to, 1, 0::bigint) OVER before AS above, lag(debit, 1, 0::bigint) OVER before AS debit_before, lag(credit, 1, 0::bigint) OVER before AS credit_before
        FROM balance_marks WINDOW before AS (PARTITION BY account_id ORDER BY up_to)) m,
    LATERAL posted_on(m.account_id, m.above, m.up_to) s
  WHERE (m.debit, m.credit) <> (m.debit_before + s.debit, m.credit_before + s.credit);
COMMENT ON VIEW inv_balance_marks_equal_postings IS 'every mark of a balance is what was posted up to it';

-- ---------------------------------------------------------------- the audit

-- How far an audit that found nothing had looked: rows that are only ever added are not looked at again by one that begins here.
CREATE TABLE audit_marks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  up_to_entry bigint NOT NULL,
  up_to_fact bigint NOT NULL,
  up_to_payline bigint NOT NULL,
  -- Whether it had looked at everything, or began at a mark itself.
  whole boolean NOT NULL,
  audited_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER audit_marks_stay BEFORE UPDATE OR DELETE ON audit_marks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_marks_stay_whole BEFORE TRUNCATE ON audit_marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How far an audit that begins now will have looked; null where another transaction goes on for longer than a moment.
CREATE FUNCTION audit_horizon(OUT entry bigint, OUT fact bigint, OUT payline bigint) LANGUAGE plpgsql AS $$
BEGIN
  SELECT last_number('entries'), last_number('facts'), last_number('paylines') INTO entry, fact, payline;
  IF NOT wait_for_older() THEN SELECT NULL, NULL, NULL INTO entry, fact, payline; END IF;
END $$;

-- The same promises as before, asked of whole tables at once: a function for each payline and charge read a million blocks for a
-- hundred thousand payments.

-- What of each allocation still stands.
CREATE VIEW allocation_standings AS
  SELECT a.id, a.payline_id, a.charge_id, a.amount, (a.amount - coalesce(u.amount, 0))::bigint AS standing
  FROM allocations a LEFT JOIN (SELECT allocation_id, sum(amount) AS amount FROM allocation_undos WHERE allocation_id IS NOT NULL GROUP BY 1) u
    ON u.allocation_id = a.id;
-- What of each payline above zero is neither laid on a charge nor taken by a line below zero.
CREATE VIEW payline_credits AS
  SELECT l.id, l.member_id, l.currency, (l.amount - coalesce(laid.amount, 0) - coalesce(taken.amount, 0))::bigint AS credit
  FROM paylines l
    LEFT JOIN (SELECT payline_id, sum(standing) AS amount FROM allocation_standings GROUP BY 1) laid ON laid.payline_id = l.id
    LEFT JOIN (SELECT payline_id, sum(amount) AS amount FROM allocation_undos WHERE by_payline_id IS NOT NULL GROUP BY 1) taken ON taken.payline_id = l.id
  WHERE l.amount > 0;
-- What is paid of each charge.
CREATE VIEW charge_payments AS
  SELECT c.id, c.member_id, c.amount, coalesce(p.paid, 0)::bigint AS paid, x.charge_id IS NOT NULL AS is_cancelled
  FROM charges c LEFT JOIN (SELECT charge_id, sum(standing) AS paid FROM allocation_standings GROUP BY 1) p ON p.charge_id = c.id
    LEFT JOIN charge_cancellations x ON x.charge_id = c.id;

CREATE OR REPLACE VIEW inv_credit_equals_books AS
  WITH carted AS (
    SELECT m.merchant_id, l.currency, sum(l.credit) AS amount FROM payline_credits l JOIN members m ON m.id = l.member_id GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'member_credit' GROUP BY 1, 2)
  SELECT merchant_id, currency, carted.amount AS credit, booked.amount AS books FROM carted FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(carted.amount, 0) <> coalesce(booked.amount, 0);

CREATE OR REPLACE VIEW inv_no_idle_credit AS
  SELECT member_id FROM payline_credits WHERE credit > 0 INTERSECT SELECT member_id FROM charge_payments WHERE NOT is_cancelled AND amount > paid;

CREATE OR REPLACE VIEW inv_undone_is_laid AS
  SELECT id AS allocation, amount, standing FROM allocation_standings WHERE standing < 0;

CREATE OR REPLACE VIEW inv_credit_is_not_negative AS
  SELECT id AS payline, credit FROM payline_credits WHERE credit < 0;

CREATE OR REPLACE VIEW inv_cancelled_is_unpaid AS
  SELECT id AS charge, paid FROM charge_payments WHERE is_cancelled AND paid <> 0;

CREATE OR REPLACE VIEW inv_fees_are_booked AS
  SELECT f.id AS fact, f.gateway_reference FROM facts f LEFT JOIN entries e ON e.fact_id = f.id AND e.kind = f.kind
  WHERE f.kind IN ('fee_charged', 'refund_fee_charged') GROUP BY f.id HAVING count(e.id) <> 1;
