-- What a merchant says of itself, the merchant beside it for trying out, links by which somebody pays, and members who sign in by a letter.

-- ---------------------------------------------------------------- merchants

-- What a name is in an address: small letters of ASCII, digits and hyphens.
CREATE FUNCTION slug_of(written text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(nullif(trim(BOTH '-' FROM left(regexp_replace(folded(written), '[^a-z0-9]+', '-', 'g'), 48)), ''), 'merchant')
$$;

ALTER TABLE merchants
  ADD COLUMN locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'fr')),
  ADD COLUMN address text,
  ADD COLUMN registration text,
  ADD COLUMN slug text UNIQUE CONSTRAINT merchants_slug_is_kebab CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD COLUMN require_second_factor boolean NOT NULL DEFAULT false,
  -- The merchant whose trials this one holds: books of its own, and no account that takes real money.
  ADD COLUMN test_of text UNIQUE REFERENCES merchants,
  -- With a zone that PostgreSQL does not know no money of the merchant could be booked.
  ADD CONSTRAINT merchants_time_zone CHECK (timestamptz 'epoch' AT TIME ZONE time_zone IS NOT NULL);

-- Merchants of one name are told apart by a number. Two that are made at once wait for each other, whatever they are called: `club-2` may be
-- the second `Club`, or the first `Club 2`.
CREATE FUNCTION free_slug(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  wanted text := slug_of(name);
  free text := wanted;
  number int := 1;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('slugs of merchants', 0));
  WHILE EXISTS (SELECT FROM merchants m WHERE m.slug = free) LOOP
    number := number + 1;
    free := wanted || '-' || number;
  END LOOP;
  RETURN free;
END $$;

DO $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT id, name FROM merchants ORDER BY created_at, id LOOP
    UPDATE merchants SET slug = free_slug(one.name) WHERE id = one.id;
  END LOOP;
END $$;
ALTER TABLE merchants ALTER COLUMN slug SET NOT NULL;

-- The API of the release before names none, and neither does who leaves it to us.
CREATE FUNCTION give_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.slug := free_slug(NEW.name);
  RETURN NEW;
END $$;
CREATE TRIGGER merchants_slug BEFORE INSERT ON merchants FOR EACH ROW WHEN (NEW.slug IS NULL) EXECUTE FUNCTION give_slug();

-- A browser asks, before it calls from a merchant's page, whether anybody registered its origin.
CREATE INDEX merchants_by_origin ON merchants USING gin (return_origins);

-- A trial that becomes earnest would have its books in the wrong place.
CREATE FUNCTION refuse_live_account_of_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM merchants m WHERE m.id = NEW.merchant_id AND m.test_of IS NOT NULL) THEN
    RAISE EXCEPTION 'merchant % is for trying out', NEW.merchant_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'test_merchant';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gateway_accounts_of_twin BEFORE INSERT OR UPDATE OF environment ON gateway_accounts
  FOR EACH ROW WHEN (NEW.environment = 'live') EXECUTE FUNCTION refuse_live_account_of_twin();

-- ---------------------------------------------------------------- pay links

-- By its code somebody without a key pays for a member. The code stands here as it is, so that it can be shown again and printed: it opens
-- less than what this database tells anyway, and with it nobody can but pay.
CREATE TABLE pay_links (
  code text PRIMARY KEY CHECK (length(code) >= 16),
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  merchant_id text NOT NULL REFERENCES merchants,
  member_id text NOT NULL REFERENCES members,
  charges text[] NOT NULL DEFAULT '{}',
  amount positive_amount,
  editable boolean NOT NULL DEFAULT false,
  return_url text,
  expires_at timestamptz,
  -- The payment that was opened by it last; the row is locked while the next one is.
  payment_id text REFERENCES payments,
  created_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
);
CREATE INDEX pay_links_of_merchant ON pay_links (merchant_id, sequence) WHERE withdrawn_at IS NULL;
-- A reminder leads to the link of all that its member owes, and makes one only where there is none.
CREATE INDEX pay_links_of_all_due ON pay_links (member_id) WHERE charges = '{}' AND amount IS NULL AND expires_at IS NULL AND withdrawn_at IS NULL;

-- ---------------------------------------------------------------- members who sign in

-- The link in a letter, by the hash of its token. `address`: the hash of the e-mail address in small letters. A member whose address has
-- changed since is not signed in by it.
CREATE TABLE member_sign_in_links (
  hash bytea PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  address bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX member_sign_in_links_of_address ON member_sign_in_links (merchant_id, address, created_at);
CREATE INDEX member_sign_in_links_by_end ON member_sign_in_links (expires_at);

-- A browser that came by such a link, by the hash of its cookie. Without a member: several have this address, and none was chosen yet.
CREATE TABLE member_sessions (
  hash bytea PRIMARY KEY,
  merchant_id text NOT NULL REFERENCES merchants,
  address bytea NOT NULL,
  member_id text REFERENCES members,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX member_sessions_by_end ON member_sessions (expires_at);

-- The hash by which a member's address is known to links and sessions.
CREATE FUNCTION address_hash(email text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to(lower(email), 'UTF8'))
$$;
CREATE INDEX members_by_address ON members (merchant_id, address_hash(email)) WHERE email IS NOT NULL;
