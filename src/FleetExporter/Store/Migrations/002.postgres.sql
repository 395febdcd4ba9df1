-- What a job that was started on its host comes to. session: its tmux session there, until that is known to be gone.
ALTER TABLE jobs ADD COLUMN session TEXT COLLATE "C";
ALTER TABLE jobs ADD COLUMN exit_code INTEGER;
ALTER TABLE jobs ADD COLUMN reason TEXT COLLATE "C";
ALTER TABLE jobs ADD COLUMN metrics_at BIGINT;
CREATE INDEX jobs_in_session ON jobs (id) WHERE session IS NOT NULL;

-- What it printed last, apart from the rows that lists read.
CREATE TABLE job_outputs (
    job_id TEXT COLLATE "C" PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    text TEXT COLLATE "C" NOT NULL
);
