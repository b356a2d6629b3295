-- without a transaction

-- What a person looks for among a merchant's money: sums of a time, what asks for them, and things by what they know of them.

-- ---------------------------------------------------------------- statistics

DROP INDEX CONCURRENTLY IF EXISTS entries_of_time;
CREATE INDEX CONCURRENTLY entries_of_time ON entries (merchant_id, recorded_at);
