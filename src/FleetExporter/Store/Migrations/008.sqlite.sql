-- Changes of state that an exporter saw; ids are UUIDs of version 7, so that they sort by time.
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    host TEXT,
    subject TEXT NOT NULL,
    state_from TEXT,
    state_to TEXT,
    reason TEXT,
    text TEXT NOT NULL,
    detail TEXT,
    exporter TEXT NOT NULL
);
CREATE INDEX events_of_host ON events (host, id);
CREATE INDEX events_of_subject ON events (subject, id);

-- What each exporter last knew of what it watches, so that a restart reports only what has changed.
CREATE TABLE event_states (
    exporter TEXT NOT NULL,
    subject TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    identity TEXT,
    label TEXT,
    at INTEGER,
    PRIMARY KEY (exporter, subject)
);
