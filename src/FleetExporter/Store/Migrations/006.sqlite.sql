-- Login sessions, and tickets that have opened a stream: secrets by their SHA-256 only, each for the service (instance) that gave it.
-- left_ms is what was left of its life at seen_at; after a restart only that can tell how much is left.
CREATE TABLE access_tokens (
    instance TEXT NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('session', 'ticket')),
    key_hash TEXT,
    address TEXT,
    route TEXT,
    seal TEXT NOT NULL,
    left_ms INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (instance, hash)
);
