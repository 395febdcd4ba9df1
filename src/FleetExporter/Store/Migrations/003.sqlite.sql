-- A call that was asked to confirm, and has done nothing yet: one outcome more. SQLite changes no CHECK, so the rows move.
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
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'asked', 'denied', 'failed'))
);
INSERT INTO audit_next (id, at, who, address, action, target, command, exit_code, duration_ms, outcome)
SELECT id, at, who, address, action, target, command, exit_code, duration_ms, outcome FROM audit ORDER BY id;
DROP TABLE audit;
ALTER TABLE audit_next RENAME TO audit;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
-- INSERT OR REPLACE deletes without the trigger above.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
