using FleetExporter.Metrics;
using static FleetExporter.OpenClaw.GatewayFamilies;

namespace FleetExporter.OpenClaw;

/// <summary>The metric families of the work that a gateway does: sessions, usage, cron jobs, tasks.</summary>
internal static class GatewayWorkFamilies
{
    /// <summary>Number of last active sessions that have metrics of their own.</summary>
    public const int SessionsShown = 24;

    public static readonly MetricFamily Sessions = Gauge(
        "sessions", "Sessions of the gateway by agent and type: the 1000 last active at most, without single runs of cron jobs.",
        "agent", "type").WithMaxSeries(512);

    public static readonly MetricFamily ContextMax = Gauge(
        "session_context_ratio_max", "Highest share of the model's context in use by a session of the agent.", "agent");

    public static readonly MetricFamily SessionContext = Gauge(
        "session_context_ratio", "Share of the model's context in use by the session; for the last active sessions.",
        "agent", "session", "type").WithMaxSeries(SessionsShown);

    public static readonly MetricFamily SessionTokens = Gauge(
        "session_tokens", "Tokens of all types used since the session began; for the last active sessions.",
        "agent", "session", "type").WithMaxSeries(SessionsShown);

    public static readonly MetricFamily SessionCost = Gauge(
        "session_cost_usd", "Cost since the session began, in US dollars; for the last active sessions.",
        "agent", "session", "type").WithMaxSeries(SessionsShown);

    public static readonly MetricFamily Tokens = Gauge(
        "tokens", "Tokens used in the window, which ends now and consists of UTC days; input excludes cached tokens.",
        "agent", "model", "token_type", "window").WithMaxSeries(1024);

    public static readonly MetricFamily Cost =
        Gauge("cost_usd", "Cost of the window in US dollars, at the prices known to the gateway.", "agent", "model", "window").WithMaxSeries(512);

    public static readonly MetricFamily CostMonth = Gauge(
        "cost_projected_month_usd", "Projected cost of this month (UTC) in US dollars at the pace so far; the first day counts as a whole one.");

    public static readonly MetricFamily CronCost = Gauge(
        "cron_cost_usd", "Cost of the cron job's sessions in the window, in US dollars; absent if the gateway does not list all sessions.",
        "cron", "window").WithMaxSeries(1024);

    public static readonly MetricFamily CronInfo =
        Gauge("cron_info", "1 for each cron job, with its name, agent and schedule.", "cron", "name", "agent", "schedule").WithMaxSeries(512);

    public static readonly MetricFamily CronEnabled = Gauge("cron_enabled", "1 when the cron job is enabled.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronRunning = Gauge("cron_running", "1 while the cron job runs.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronLastRun = Gauge(
        "cron_last_run_timestamp_seconds", "When the cron job last ran.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronNextRun = Gauge(
        "cron_next_run_timestamp_seconds", "When the cron job is due; in the past when it is overdue; absent while it is disabled.",
        "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronDuration = Gauge(
        "cron_last_duration_seconds", "Duration of the cron job's last run.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronSuccess = Gauge(
        "cron_last_success", "1 when the cron job's last run succeeded, 0 when it failed; absent before the first run and after a skipped one.",
        "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronDelivered = Gauge(
        "cron_last_delivered", "1 when the last run's result was delivered, 0 when it was not; absent if there was nothing to deliver.",
        "cron").WithMaxSeries(512);

    public static readonly MetricFamily CronErrors = Gauge(
        "cron_consecutive_errors", "Consecutive failed runs of the cron job.", "cron").WithMaxSeries(512);

    public static readonly MetricFamily Tasks = Gauge("tasks", "Tasks on record at the gateway, by status.", "status");

    public static readonly MetricFamily TaskOldest = Gauge(
        "task_oldest_running_timestamp_seconds", "Start time of the oldest running task.", "runtime");

    public static readonly MetricFamily Subagents = Gauge(
        "subagent_runs", "Sub-agent runs by status: all running ones, and those among the 200 newest tasks.", "agent", "status");

    public static readonly MetricFamily SubagentOldest = Gauge(
        "subagent_oldest_running_timestamp_seconds", "Start time of the agent's oldest running sub-agent.", "agent");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Sessions, ContextMax, SessionContext, SessionTokens, SessionCost, Tokens, Cost, CostMonth,
        CronCost, CronInfo, CronEnabled, CronRunning, CronLastRun, CronNextRun, CronDuration,
        CronSuccess, CronDelivered, CronErrors, Tasks, TaskOldest, Subagents, SubagentOldest,
    ];
}
