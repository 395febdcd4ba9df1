-- Changes of state that an exporter saw; ids are UUIDs of version 7, so that they sort by time.
CREATE TABLE events (
    id TEXT COLLATE "C" PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    host TEXT COLLATE "C",
    subject TEXT COLLATE "C" NOT NULL,
    state_from TEXT COLLATE "C",
    state_to TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    text TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C",
    exporter TEXT COLLATE "C" NOT NULL
);
CREATE INDEX events_of_host ON events (host, id);
CREATE INDEX events_of_subject ON events (subject, id);

-- What each exporter last knew of what it watches, so that a restart reports only what has changed.
CREATE TABLE event_states (
    exporter TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    identity TEXT COLLATE "C",
    label TEXT COLLATE "C",
    at BIGINT,
    PRIMARY KEY (exporter, subject)
);
