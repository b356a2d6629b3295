-- A foreign key locks the row that it points to: every posting locked its account, every entry its merchant, which all payments of a
-- merchant share, and each lock is written to the log. These rows cannot vanish (entries and ledger accounts are insert-only, and a merchant
-- is held by its ledger accounts), so that it is enough to see, in the checks that are made anyway, that they are there.

ALTER TABLE postings DROP CONSTRAINT postings_entry_id_fkey, DROP CONSTRAINT postings_account_id_fkey;
ALTER TABLE entries DROP CONSTRAINT entries_merchant_id_fkey;

-- `postings_in_time` refuses a posting of no entry; here, one on no account, and with it an entry of no merchant.
CREATE OR REPLACE FUNCTION refuse_unbalanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE postings_count int; unbalanced record;
BEGIN
  SELECT count(*) INTO postings_count FROM postings WHERE entry_id = NEW.id;
  IF postings_count < 2 THEN
    RAISE EXCEPTION 'entry % has % postings; it needs two or more', NEW.id, postings_count USING ERRCODE = 'check_violation';
  END IF;
  SELECT a.currency, sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) AS off
    INTO unbalanced FROM postings p LEFT JOIN ledger_accounts a ON a.id = p.account_id WHERE p.entry_id = NEW.id
    GROUP BY a.currency HAVING sum(CASE p.side WHEN 'debit' THEN p.amount ELSE -p.amount END) <> 0
      OR bool_or(a.merchant_id IS DISTINCT FROM NEW.merchant_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % is off by % % or touches an account that is not its merchant''s', NEW.id, unbalanced.off, unbalanced.currency USING ERRCODE = 'check_violation';
  END IF;
  PERFORM set_config('quittance.entries_checked_in', pg_current_xact_id()::text, true);
  RETURN NULL;
END $$;
