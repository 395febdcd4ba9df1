-- When tmux sessions were last seen attached. created_at and attached_at are by the host's clock, seen_at by the exporter's.
CREATE TABLE attached_sessions (
    host TEXT COLLATE "C" NOT NULL,
    user_name TEXT COLLATE "C" NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    attached_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (host, user_name, session_id, created_at)
);
