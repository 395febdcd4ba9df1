-- A call that was asked to confirm, and has done nothing yet.
ALTER TABLE audit DROP CONSTRAINT audit_outcome_check;
ALTER TABLE audit ADD CONSTRAINT audit_outcome_check CHECK (outcome IN ('ok', 'asked', 'denied', 'failed'));
