-- The exporter whose fleet.yml a connection of the source file stands in; null for those of no fleet.yml any more.
ALTER TABLE connections ADD COLUMN owner TEXT;

-- Exporters that use the store, by the id in their data_dir.
CREATE TABLE exporters (
    id TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL
);

-- The audit's rows are kept for 60 days, whoever writes; older ones may be deleted.
DROP TRIGGER audit_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN OLD.at > (CAST(strftime('%s', 'now') AS INTEGER) - 5184000) * 1000
BEGIN SELECT RAISE(ABORT, 'the audit is append-only, and its rows are kept for 60 days'); END;
