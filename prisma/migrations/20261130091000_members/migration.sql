-- What a merchant keeps of a member may be changed and erased, members are found by how their names begin, and files bring many at once.

-- ---------------------------------------------------------------- members

-- An erased member stays as a row: money points at it.
ALTER TABLE members
  ADD COLUMN locale text CHECK (locale IN ('en', 'fr')),
  ADD COLUMN address text,
  ADD COLUMN erased_at timestamptz,
  ADD CONSTRAINT members_erased_hold_nothing
    CHECK (erased_at IS NULL OR (email IS NULL AND phone IS NULL AND reference IS NULL AND address IS NULL AND locale IS NULL));

-- An import asks for each of its rows whether the member is known.
CREATE INDEX members_by_reference ON members (merchant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX members_by_email ON members (merchant_id, lower(email)) WHERE email IS NOT NULL;

-- ---------------------------------------------------------------- search

-- Neither case nor accents: what a person types for what another wrote. Letters that are no base letter with a mark are spelled out.
CREATE FUNCTION folded(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(replace(translate(
    casefold(regexp_replace(normalize(written, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE pg_unicode_fast),
    'øłđı', 'oldi'), 'œ', 'oe'), 'æ', 'ae')
$$;

-- The words of a text, as they are looked for.
CREATE FUNCTION words_of(written text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_remove(regexp_split_to_array(folded(written), '[\s''’`.,;:()/&"_-]+'), '')
$$;

-- A telephone number, however its writer parted the digits.
CREATE FUNCTION digits_of(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(written, '[^0-9+]', '', 'g')
$$;

-- By what each member is found. Narrow and in the order in which it is read, so that even a single letter is answered by an index alone;
-- derived by a trigger, because every writer passes it, the API of the release before among them.
CREATE TABLE member_words (
  merchant_id text NOT NULL,
  word text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (merchant_id, word, sequence)
);

CREATE FUNCTION member_words_of(member members) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT DISTINCT left(word, 64) FROM unnest(
    words_of(member.name) || ARRAY[folded(member.reference), folded(member.email), digits_of(member.phone)]) AS word
  WHERE word <> ''
$$;

CREATE FUNCTION keep_member_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM member_words w WHERE w.merchant_id = OLD.merchant_id AND w.sequence = OLD.sequence AND w.word IN (SELECT member_words_of(OLD));
  END IF;
  INSERT INTO member_words (merchant_id, word, sequence) SELECT NEW.merchant_id, word, NEW.sequence FROM member_words_of(NEW) AS word;
  RETURN NULL;
END $$;
CREATE TRIGGER members_words AFTER INSERT OR UPDATE OF name, email, phone, reference ON members FOR EACH ROW EXECUTE FUNCTION keep_member_words();

INSERT INTO member_words (merchant_id, word, sequence) SELECT m.merchant_id, word, m.sequence FROM members m, member_words_of(m) AS word;

-- ---------------------------------------------------------------- imports

-- A file that a merchant sent. Of its bytes only the hash is kept, so that the same file makes nothing twice; it is forgotten when the
-- import is taken back, and the file may come again.
CREATE TABLE imports (
  id text PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  kind text NOT NULL CHECK (kind IN ('members', 'charges')),
  content_hash bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  taken_back_at timestamptz,
  CHECK ((content_hash IS NULL) = (taken_back_at IS NOT NULL)),
  UNIQUE (merchant_id, kind, content_hash)
);

-- What each line made, in the transaction that made it. Lines that made nothing have no row, and are tried again with the file.
CREATE TABLE import_rows (
  import_id text NOT NULL REFERENCES imports,
  line integer NOT NULL,
  member_id text REFERENCES members,
  charge_id text REFERENCES charges,
  PRIMARY KEY (import_id, line),
  CHECK (num_nonnulls(member_id, charge_id) = 1)
);
