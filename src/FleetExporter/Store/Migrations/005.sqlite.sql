-- A call that acts on a host leaves two rows: 'begun' before anything is done, and an end whose call_id is the id of the first.
-- instance and run tell the service that began it: its data_dir, and the process. SQLite changes no CHECK, so the rows move.
CREATE TABLE audit_next (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT,
    command TEXT,
    exit_code INTEGER,
    duration_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'asked', 'begun', 'denied', 'failed', 'unknown')),
    call_id INTEGER,
    instance TEXT,
    run TEXT
);
INSERT INTO audit_next (id, at, who, address, action, target, command, exit_code, duration_ms, outcome)
SELECT id, at, who, address, action, target, command, exit_code, duration_ms, outcome FROM audit ORDER BY id;
DROP TABLE audit;
ALTER TABLE audit_next RENAME TO audit;
CREATE INDEX audit_ends ON audit (call_id, id) WHERE call_id IS NOT NULL;
CREATE INDEX audit_begun ON audit (instance, id) WHERE outcome = 'begun';
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
-- INSERT OR REPLACE deletes without the trigger above.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
