-- A member sees in which browsers they are signed in, and ends what they do not know.
ALTER TABLE member_sessions
  ADD COLUMN id text NOT NULL UNIQUE DEFAULT 'ses_' || replace(gen_random_uuid()::text, '-', ''),
  ADD COLUMN user_agent text CHECK (length(user_agent) <= 200),
  ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now();
UPDATE member_sessions SET last_seen_at = created_at;
CREATE INDEX member_sessions_of_address ON member_sessions (merchant_id, address);
COMMENT ON COLUMN member_sessions.id IS 'by what a member names it; it opens nothing';
COMMENT ON COLUMN member_sessions.user_agent IS 'what the browser called itself when the session began; null: nothing';
COMMENT ON COLUMN member_sessions.last_seen_at IS 'when it was last used, to the minute';
