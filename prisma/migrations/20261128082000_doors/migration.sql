-- Where the browser goes on after a payment that names no returnUrl of its own; at one of return_origins, asked again when redirecting.
ALTER TABLE merchants ADD COLUMN thank_you_url text;

-- An invitation to connect an account is used once, expires, and is void as soon as a newer one is made or keys are entered.
ALTER TABLE onboardings
  -- Ends an invitation that nobody answered; the first arrival shortens it to an hour from then.
  ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
  ADD COLUMN voided_at timestamptz,
  -- The first arrival for which the gateway named an account: the hash of the token in that browser, and the account it was shown.
  ADD COLUMN arrived_at timestamptz,
  ADD COLUMN arrival_hash bytea,
  ADD COLUMN account text,
  ADD CHECK ((arrived_at IS NULL) = (arrival_hash IS NULL) AND (arrived_at IS NULL) = (account IS NULL));
UPDATE onboardings SET expires_at = created_at + interval '24 hours';
-- What is still open of one merchant and gateway: at most one, and found to be made void.
CREATE INDEX onboardings_open ON onboardings (merchant_id, gateway) WHERE completed_at IS NULL AND voided_at IS NULL;

-- Who connected which account, and when. Holds no personal data: a merchant, and the gateway's own id of an account.
CREATE TABLE onboarding_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tracking_id text NOT NULL REFERENCES onboardings,
  kind text NOT NULL CHECK (kind IN ('invited', 'arrived', 'connected', 'voided')),
  account text,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX onboarding_events_of ON onboarding_events (tracking_id);
CREATE TRIGGER onboarding_events_stay BEFORE UPDATE OR DELETE ON onboarding_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER onboarding_events_stay_whole BEFORE TRUNCATE ON onboarding_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Pages ask whether any account is at the simulator.
CREATE INDEX gateway_accounts_simulated ON gateway_accounts (id) WHERE environment = 'simulator';
