-- The exporter whose fleet.yml a connection of the source file stands in; null for those of no fleet.yml any more.
ALTER TABLE connections ADD COLUMN owner TEXT COLLATE "C";

-- Exporters that use the store, by the id in their data_dir.
CREATE TABLE exporters (
    id TEXT COLLATE "C" PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- The audit's rows are kept for 60 days, whoever writes; older ones may be deleted.
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at <= (EXTRACT(EPOCH FROM now())::BIGINT - 5184000) * 1000 THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit is append-only, and its rows are kept for 60 days';
END $$;
