-- A call that acts on a host leaves two rows: 'begun' before anything is done, and an end whose call_id is the id of the first.
-- instance and run tell the service that began it: its data_dir, and the process.
ALTER TABLE audit ADD COLUMN call_id BIGINT;
ALTER TABLE audit ADD COLUMN instance TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN run TEXT COLLATE "C";
ALTER TABLE audit DROP CONSTRAINT audit_outcome_check;
ALTER TABLE audit ADD CONSTRAINT audit_outcome_check CHECK (outcome IN ('ok', 'asked', 'begun', 'denied', 'failed', 'unknown'));
CREATE INDEX audit_ends ON audit (call_id, id) WHERE call_id IS NOT NULL;
CREATE INDEX audit_begun ON audit (instance, id) WHERE outcome = 'begun';
