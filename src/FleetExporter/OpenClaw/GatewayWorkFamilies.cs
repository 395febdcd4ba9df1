using FleetExporter.Metrics;
using static FleetExporter.OpenClaw.GatewayFamilies;

namespace FleetExporter.OpenClaw;

/// <summary>What is published of the work that a gateway does: sessions, usage, jobs, tasks.</summary>
internal static class GatewayWorkFamilies
{
    /// <summary>Sessions that are published one by one: the last active ones.</summary>
    public const int SessionsShown = 24;

    public static readonly MetricFamily Sessions = Gauge(
        "sessions", "Sessions that the gateway keeps, the 1000 last active at most, by agent and type, without single runs of jobs.",
        "agent", "type").WithMaxSeries(512);

    public static readonly MetricFamily ContextMax = Gauge(
        "session_context_ratio_max", "Share of the model's context that the fullest session of the agent has in use.", "agent");

    public static readonly MetricFamily SessionContext = Gauge(
        "session_context_ratio", "Share of the model's context that the session has in use; of the last active sessions.",
        "agent", "session", "type").WithMaxSeries(SessionsShown);

    public static readonly MetricFamily SessionTokens = Gauge(
        "session_tokens", "Tokens of all kinds that the session has used since it began; of the last active sessions.",
        "agent", "session", "type").WithMaxSeries(SessionsShown);

    public static readonly MetricFamily SessionCost = Gauge(
        "session_cost_usd", "Cost of the session since it began, in US dollars; of the last active sessions.",
        "agent", "session", "type").WithMaxSeries(SessionsShown);

    public static readonly MetricFamily Tokens = Gauge(
        "tokens", "Tokens used in the window, which ends now and counts days in UTC; input is without cached tokens.",
        "agent", "model", "token_type", "window").WithMaxSeries(1024);

    public static readonly MetricFamily Cost =
        Gauge("cost_usd", "Cost of the window in US dollars, by the prices that the gateway knows.", "agent", "model", "window").WithMaxSeries(512);

    public static readonly MetricFamily CostMonth = Gauge(
        "cost_projected_month_usd", "Cost of this month (UTC) in US dollars when it goes on as it has begun; the first day counts as a whole one.");

    public static readonly MetricFamily CronInfo =
        Gauge("cron_info", "1 for each job, with its name, agent and schedule.", "cron", "name", "agent", "schedule").WithMaxSeries(512);

    public static readonly MetricFamily CronEnabled = Gauge("cron_enabled", "1 when the job is switched on.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronRunning = Gauge("cron_running", "1 while the job runs.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronLastRun = Gauge("cron_last_run_timestamp_seconds", "When the job last ran.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronNextRun = Gauge(
        "cron_next_run_timestamp_seconds", "When the job is due; in the past when it is overdue; absent while it is switched off.", "cron")
        .WithMaxSeries(512);

    public static readonly MetricFamily CronDuration = Gauge("cron_last_duration_seconds", "Time the job's last run took.", "cron")
        .WithMaxSeries(512);

    public static readonly MetricFamily CronSuccess = Gauge(
        "cron_last_success", "1 when the job's last run succeeded, 0 when it failed; absent before the first run and after a skipped one.",
        "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronDelivered = Gauge(
        "cron_last_delivered", "1 when the last run's result was delivered, 0 when it was not; absent where nothing was to be delivered.",
        "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronErrors = Gauge("cron_consecutive_errors", "Runs of the job that failed in a row.", "cron")
        .WithMaxSeries(512);

    public static readonly MetricFamily Tasks = Gauge("tasks", "Tasks on the gateway's record by status.", "status");

    public static readonly MetricFamily TaskOldest = Gauge(
        "task_oldest_running_timestamp_seconds", "When the oldest task that still runs was started.", "runtime");

    public static readonly MetricFamily Subagents = Gauge(
        "subagent_runs", "Runs of sub-agents by status: all that run, and those among the 200 newest tasks.", "agent", "status");

    public static readonly MetricFamily SubagentOldest = Gauge(
        "subagent_oldest_running_timestamp_seconds", "When the agent's oldest sub-agent that still runs was started.", "agent");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Sessions, ContextMax, SessionContext, SessionTokens, SessionCost, Tokens, Cost, CostMonth,
        CronInfo, CronEnabled, CronRunning, CronLastRun, CronNextRun, CronDuration,
        CronSuccess, CronDelivered, CronErrors, Tasks, TaskOldest, Subagents, SubagentOldest,
    ];
}
