-- Payments of a time are listed by their sequence, in which they were made: no index by time, which each payment would have to write.

-- payment_place(account, moment): the sequence from which on an account's payments were created at or after a moment, found by halving.
-- A payment has its moment when its transaction begins, and its sequence a little later, so the place is exact but for payments that were made
-- at the same time: who asks leaves an hour's margin, and compares the moments too.
CREATE FUNCTION payment_place(account text, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint := (SELECT p.sequence FROM payments p WHERE p.account_id = account ORDER BY p.sequence LIMIT 1);
  high bigint := (SELECT p.sequence + 1 FROM payments p WHERE p.account_id = account ORDER BY p.sequence DESC LIMIT 1);
  middle record;
BEGIN
  WHILE low < high LOOP
    SELECT p.sequence, p.created_at INTO middle FROM payments p
      WHERE p.account_id = account AND p.sequence >= (low + high) / 2 ORDER BY p.sequence LIMIT 1;
    IF middle.created_at >= moment THEN high := (low + high) / 2; ELSE low := middle.sequence + 1; END IF;
  END LOOP;
  RETURN coalesce(low, 0);
END $$;
