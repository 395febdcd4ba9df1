-- Thresholds that the API set, in base units. They replace those of every fleet.yml.
CREATE TABLE thresholds (
    name TEXT COLLATE "C" PRIMARY KEY,
    value DOUBLE PRECISION NOT NULL,
    changed_by TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Budgets that the API set, in US dollars. Agent and cron are empty for a budget of the whole gateway.
CREATE TABLE budgets (
    gateway TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    cron TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL CHECK (period IN ('day', 'month')),
    usd DOUBLE PRECISION NOT NULL,
    changed_by TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (gateway, agent, cron, period)
);
