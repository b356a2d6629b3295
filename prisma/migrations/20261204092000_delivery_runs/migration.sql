-- Of an endpoint's deliveries, that its run is to look at what waits for it.
ALTER DOMAIN outbox_kind DROP CONSTRAINT outbox_kind_check;
ALTER DOMAIN outbox_kind ADD CONSTRAINT outbox_kind_check
  CHECK (VALUE IN ('start', 'notification', 'command', 'renewal', 'wake', 'look', 'refund', 'deliveries'));

-- Endpoints that take nothing are looked through now and then; those that do are many.
CREATE INDEX webhook_endpoints_failing ON webhook_endpoints (id) WHERE failing_since IS NOT NULL;
