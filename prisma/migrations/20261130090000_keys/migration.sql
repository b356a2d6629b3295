-- A merchant has several keys, each for what its scopes say. The key that was made with the merchant may do everything, as it always could; so
-- may one that an API of the release before makes meanwhile, which names only hash and merchant and is the reason for the defaults.
ALTER TABLE api_keys
  ADD COLUMN id text NOT NULL DEFAULT 'key_' || left(replace(gen_random_uuid()::text, '-', ''), 26) UNIQUE,
  ADD COLUMN sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  ADD COLUMN name text NOT NULL DEFAULT 'first key',
  ADD COLUMN scopes text[] NOT NULL DEFAULT '{admin}'
    CONSTRAINT api_keys_scopes CHECK (cardinality(scopes) > 0 AND scopes <@ '{read,payments,refunds,accounts,admin}'),
  ADD COLUMN last4 text CHECK (length(last4) = 4), -- of the keys before only the hash is known
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz;
CREATE INDEX api_keys_of_merchant ON api_keys (merchant_id, sequence) WHERE revoked_at IS NULL;

-- How often a key has come to hold no more, or not for the same: API processes remember keys for as long as they know that this number
-- stands. It is a row and no sequence, so that it is seen to grow together with what it counts, and not before.
CREATE TABLE key_revocations (
  id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  counted bigint NOT NULL DEFAULT 0
);
INSERT INTO key_revocations DEFAULT VALUES;
CREATE FUNCTION count_key_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE key_revocations SET counted = counted + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER api_keys_revoked AFTER DELETE OR UPDATE OF revoked_at, expires_at, scopes ON api_keys
  FOR EACH STATEMENT EXECUTE FUNCTION count_key_revocation();
