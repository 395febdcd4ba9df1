-- Login sessions, and tickets that have opened a stream: secrets by their SHA-256 only, each for the service (instance) that gave it.
-- left_ms is what was left of its life at seen_at; after a restart only that can tell how much is left.
CREATE TABLE access_tokens (
    instance TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('session', 'ticket')),
    key_hash TEXT COLLATE "C",
    address TEXT COLLATE "C",
    route TEXT COLLATE "C",
    seal TEXT COLLATE "C" NOT NULL,
    left_ms BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (instance, hash)
);
