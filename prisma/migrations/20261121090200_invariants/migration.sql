-- What must never have a row. `npm run audit` reads them all; each says in its comment what it holds.

CREATE VIEW inv_entries_balance AS
  SELECT e.id AS entry, a.currency, sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) AS off
  FROM entries e JOIN postings p ON p.entry_id = e.id JOIN ledger_accounts a ON a.id = p.account_id
  GROUP BY e.id, a.currency HAVING sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) <> 0;
COMMENT ON VIEW inv_entries_balance IS 'every entry sums to zero per currency';

CREATE VIEW inv_entries_have_postings AS
  SELECT e.id AS entry, count(p.*) AS postings FROM entries e LEFT JOIN postings p ON p.entry_id = e.id GROUP BY e.id HAVING count(p.*) < 2;
COMMENT ON VIEW inv_entries_have_postings IS 'every entry has two postings or more';

CREATE VIEW inv_postings_of_own_merchant AS
  SELECT p.entry_id, p.position FROM postings p JOIN entries e ON e.id = p.entry_id JOIN ledger_accounts a ON a.id = p.account_id WHERE a.merchant_id <> e.merchant_id;
COMMENT ON VIEW inv_postings_of_own_merchant IS 'an entry touches only accounts of its merchant';

CREATE VIEW inv_captures_are_booked AS
  SELECT f.id AS fact, f.gateway_reference, count(e.*) AS entries FROM facts f LEFT JOIN entries e ON e.fact_id = f.id AND e.kind IN ('payment_captured', 'payment_suspended')
  WHERE f.kind = 'payment_captured' GROUP BY f.id HAVING count(e.*) <> 1;
COMMENT ON VIEW inv_captures_are_booked IS 'every captured sum has exactly one entry: income and credit, or suspense';

CREATE VIEW inv_capture_amounts AS
  SELECT f.id AS fact, f.amount AS captured, sum(p.amount) AS booked FROM facts f
  JOIN entries e ON e.fact_id = f.id AND e.kind IN ('payment_captured', 'payment_suspended') JOIN postings p ON p.entry_id = e.id AND p.side = 'debit'
  WHERE f.kind = 'payment_captured' GROUP BY f.id HAVING sum(p.amount) <> f.amount;
COMMENT ON VIEW inv_capture_amounts IS 'every captured sum is booked with its whole amount';

CREATE VIEW inv_fees_are_booked AS
  SELECT f.id AS fact, f.gateway_reference FROM facts f WHERE f.kind = 'fee_charged'
  AND (SELECT count(*) FROM entries e WHERE e.fact_id = f.id AND e.kind = 'fee_charged') <> 1;
COMMENT ON VIEW inv_fees_are_booked IS 'every fee has exactly one entry';

CREATE VIEW inv_paylines_are_booked AS
  SELECT l.id AS payline FROM paylines l
  WHERE NOT EXISTS (SELECT FROM entries e WHERE e.fact_id = l.fact_id AND e.kind IN ('payment_captured', 'suspense_accepted', 'suspense_attached'));
COMMENT ON VIEW inv_paylines_are_booked IS 'every payline is born of a booked fact';

CREATE VIEW inv_bookings_have_paylines AS
  SELECT e.id AS entry FROM entries e WHERE e.kind IN ('payment_captured', 'suspense_accepted', 'suspense_attached') AND NOT EXISTS (SELECT FROM paylines l WHERE l.fact_id = e.fact_id);
COMMENT ON VIEW inv_bookings_have_paylines IS 'every booking for a member has its payline';

CREATE VIEW inv_carts_equal_books AS
  WITH carted AS (SELECT m.merchant_id, l.currency, sum(l.amount) AS amount FROM paylines l JOIN members m ON m.id = l.member_id GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'member_credit' OR a.name LIKE 'income:%' GROUP BY 1, 2)
  SELECT merchant_id, currency, carted.amount AS paylines, booked.amount AS books FROM carted FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(carted.amount, 0) <> coalesce(booked.amount, 0);
COMMENT ON VIEW inv_carts_equal_books IS 'paylines of all members equal income and member credit';

CREATE VIEW inv_credit_equals_books AS
  WITH carted AS (
    SELECT m.merchant_id, l.currency, sum(l.amount - coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.payline_id = l.id), 0)) AS amount
    FROM paylines l JOIN members m ON m.id = l.member_id GROUP BY 1, 2),
  booked AS (
    SELECT a.merchant_id, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.name = 'member_credit' GROUP BY 1, 2)
  SELECT merchant_id, currency, carted.amount AS credit, booked.amount AS books FROM carted FULL JOIN booked USING (merchant_id, currency)
  WHERE coalesce(carted.amount, 0) <> coalesce(booked.amount, 0);
COMMENT ON VIEW inv_credit_equals_books IS 'what of the paylines is allocated to no charge equals member credit';

CREATE VIEW inv_no_idle_credit AS
  SELECT l.member_id FROM paylines l WHERE l.amount > coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.payline_id = l.id), 0)
  INTERSECT
  SELECT c.member_id FROM charges c WHERE c.amount > coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.charge_id = c.id), 0);
COMMENT ON VIEW inv_no_idle_credit IS 'no member has credit and an open charge at once';

CREATE VIEW inv_one_accepted_capture AS
  SELECT f.bound_payment_id AS payment FROM payment_facts f JOIN entries e ON e.fact_id = f.id AND e.kind = 'payment_captured' GROUP BY 1 HAVING count(*) > 1;
COMMENT ON VIEW inv_one_accepted_capture IS 'at most one sum per payment is accepted without a person';

CREATE VIEW inv_paid_has_money AS
  SELECT p.id AS payment, p.status FROM payments p WHERE p.status = 'paid' AND NOT EXISTS (SELECT FROM paylines l WHERE l.payment_id = p.id)
  UNION ALL
  SELECT p.id, p.status FROM payments p WHERE p.status NOT IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'charged_back') AND EXISTS (SELECT FROM paylines l WHERE l.payment_id = p.id);
COMMENT ON VIEW inv_paid_has_money IS 'a payment is paid exactly when a payline of it is in the cart';

CREATE VIEW inv_received_is_in_outbox AS
  SELECT n.id AS notification FROM notifications n WHERE n.state = 'received' AND NOT EXISTS (SELECT FROM outbox o WHERE o.subject_id = n.id);
COMMENT ON VIEW inv_received_is_in_outbox IS 'a message that is not verified yet will be';

-- Not wrong, but a person should know: listed by the audit, and no reason to fail it.
CREATE VIEW known_unbooked AS
  SELECT bound_payment_id AS payment, kind, gateway_reference, amount, currency, recorded_at FROM payment_facts
  WHERE kind IN ('payment_refunded', 'payment_reversed', 'reversal_cancelled', 'dispute_adjusted');
COMMENT ON VIEW known_unbooked IS 'money given or taken back that is recorded and not in the books yet';

CREATE VIEW known_suspense AS
  SELECT m.id AS merchant, a.currency, sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) AS amount
  FROM postings p JOIN ledger_accounts a ON a.id = p.account_id JOIN merchants m ON m.id = a.merchant_id WHERE a.name = 'suspense'
  GROUP BY 1, 2 HAVING sum(CASE p.side WHEN 'credit' THEN p.amount ELSE -p.amount END) <> 0;
COMMENT ON VIEW known_suspense IS 'money that waits for a person';
