-- without a transaction

-- The largest tables get their indexes beside those who write. Each is dropped first, for where this failed half-way.

-- A merchant's payments lie at their few gateway accounts, so each list is merged of those, newest first. What is paid is found by
-- walking; everything else is rare enough to have an index. `status` in a predicate ends HOT for its updates, as it did before.
DROP INDEX CONCURRENTLY IF EXISTS payments_of_account;
CREATE INDEX CONCURRENTLY payments_of_account ON payments (account_id, sequence);
DROP INDEX CONCURRENTLY IF EXISTS payments_not_paid;
CREATE INDEX CONCURRENTLY payments_not_paid ON payments (account_id, status, sequence) WHERE status <> 'paid';
DROP INDEX CONCURRENTLY IF EXISTS payments_asking;
CREATE INDEX CONCURRENTLY payments_asking ON payments (account_id, sequence, attention) WHERE attention IS NOT NULL;
-- payments_of_merchant is what the release before lists by; it goes with the next one.

-- The open ones of a member are counted whenever one more is opened, and are few; those that a gateway holds (`pending_of`) are among them.
DROP INDEX CONCURRENTLY IF EXISTS payments_open;
CREATE INDEX CONCURRENTLY payments_open ON payments (member_id) WHERE status IN ('created', 'awaiting_payer', 'processing');
DROP INDEX CONCURRENTLY IF EXISTS payments_held;

-- An account's postings one after the other: of a balance, only those above its mark are summed.
DROP INDEX CONCURRENTLY IF EXISTS postings_in_account;
CREATE INDEX CONCURRENTLY postings_in_account ON postings (account_id, entry_id);
DROP INDEX CONCURRENTLY IF EXISTS postings_of_account;

-- The predicate of the one before named `state`, which made every settling write all indexes of the row.
DROP INDEX CONCURRENTLY IF EXISTS notifications_by_parent;
CREATE INDEX CONCURRENTLY notifications_by_parent ON notifications (account_id, parent_reference) WHERE parent_reference IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS notifications_awaiting_parent;
DROP INDEX CONCURRENTLY IF EXISTS notifications_of_payment;
CREATE INDEX CONCURRENTLY notifications_of_payment ON notifications (payment_id) WHERE payment_id IS NOT NULL;
