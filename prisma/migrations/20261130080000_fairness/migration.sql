-- What is dear is limited by its cost. Each payment of a member is a run, and a token that opens carts is in the hands of a browser.

-- open_payment_within(payload, receivers, lease, most_open): open_payment() for a member with fewer open payments than `most_open`, and null
-- for any other; without a number, for every one. Another transaction that opens one for the same member waits for the end of this transaction.
CREATE FUNCTION open_payment_within(payload jsonb, receivers bytea, lease interval, most_open int) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  IF most_open IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('open payments ' || (payload->>'member'), 0));
    IF (SELECT count(*) FROM payments p WHERE p.member_id = payload->>'member' AND p.status IN ('created', 'awaiting_payer', 'processing')) >= most_open THEN
      RETURN NULL;
    END IF;
  END IF;
  RETURN open_payment(payload, receivers, lease);
END $$;
