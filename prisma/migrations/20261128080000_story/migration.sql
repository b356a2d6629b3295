-- A release that tells another story renews the runs that are open on the queue of an older one.

ALTER TYPE outbox_kind ADD VALUE 'renewal';

-- Of a renewal: the story that the run is to be of. A worker of an older one, still there while a release is rolled out, leaves it alone.
ALTER TABLE outbox ADD COLUMN story int;

-- plan_renewals(runs, their payments, their messages, story, most): the first of these runs, as far as they are recorded here, go into
-- the outbox, so that no more than `most` renewals stand in it at once. Answers how many stand there now.
CREATE FUNCTION plan_renewals(runs text[], payment_ids text[], message_ids text[], of_story int, most int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('renewals', 0)); -- two workers must not both find the same room
  INSERT INTO outbox (subject_id, kind, payment_id, due_at, story)
    SELECT r.run, 'renewal', p.id, now(), of_story
    FROM unnest(runs, payment_ids, message_ids) WITH ORDINALITY AS r(run, payment, message, place)
      LEFT JOIN payments p ON p.id = r.payment LEFT JOIN notifications n ON n.id = r.message
    WHERE coalesce(p.id, n.id) IS NOT NULL AND NOT EXISTS (SELECT FROM outbox o WHERE o.subject_id = r.run)
    ORDER BY r.place LIMIT greatest(0, most - (SELECT count(*) FROM outbox WHERE kind = 'renewal'));
  RETURN (SELECT count(*) FROM outbox WHERE kind = 'renewal');
END $$;
