-- Thresholds that the API set, in base units. They replace those of every fleet.yml.
CREATE TABLE thresholds (
    name TEXT PRIMARY KEY,
    value REAL NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL
);

-- Budgets that the API set, in US dollars. Agent and cron are empty for a budget of the whole gateway.
CREATE TABLE budgets (
    gateway TEXT NOT NULL,
    agent TEXT NOT NULL,
    cron TEXT NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('day', 'month')),
    usd REAL NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (gateway, agent, cron, period)
);
