-- When tmux sessions were last seen attached. created_at and attached_at are by the host's clock, seen_at by the exporter's.
CREATE TABLE attached_sessions (
    host TEXT NOT NULL,
    user_name TEXT NOT NULL,
    session_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attached_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (host, user_name, session_id, created_at)
);
