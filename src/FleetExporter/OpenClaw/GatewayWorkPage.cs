using FleetExporter.Metrics;
using FleetExporter.OpenClaw.Protocol;
using static FleetExporter.OpenClaw.GatewayWorkFamilies;

namespace FleetExporter.OpenClaw;

/// <summary>Writes the metrics of sessions, usage, cron jobs and tasks.</summary>
internal static class GatewayWorkPage
{
    public static void WriteSessions(MetricsPage page, Labels target, GatewaySessions? sessions, GatewayWindows? usage)
    {
        if (sessions is not null)
        {
            Write(page, target, sessions, usage);
        }
    }

    public static void WriteUsage(MetricsPage page, Labels target, GatewayWindows? usage, GatewayMonth? month)
    {
        Write(page, target, usage);
        page.Add(CostMonth, target, month?.Projected);
        if (usage is not null)
        {
            WriteCosts(page, target, GatewayCosts.Of(usage));
        }
    }

    public static void WriteCrons(MetricsPage page, Labels target, GatewayCrons? crons, GatewayCronRuns? runs)
    {
        foreach (var cron in crons?.Crons ?? [])
        {
            Write(page, target, cron, runs);
        }
    }

    public static void WriteTasks(MetricsPage page, Labels target, GatewayStatus? status, GatewayTasks? tasks)
    {
        foreach (var (state, count) in status?.Tasks ?? new Dictionary<string, double>())
        {
            page.Add(Tasks, target, count, ("status", state));
        }

        if (tasks is not null)
        {
            Write(page, target, tasks);
        }
    }

    private static void Write(MetricsPage page, Labels target, GatewaySessions sessions, GatewayWindows? usage)
    {
        foreach (var agent in sessions.Sessions.GroupBy(s => s.Agent, StringComparer.Ordinal))
        {
            foreach (var type in GatewaySessions.Types)
            {
                page.Add(Sessions, target, agent.Count(s => s.Type == type), ("agent", agent.Key), ("type", type));
            }

            page.Add(ContextMax, target, agent.Max(s => s.ContextRatio), ("agent", agent.Key));
        }

        var ever = usage?.Windows.Where(w => w.Window == "all").ToDictionary(w => w.Agent, w => w.Usage.Sessions);
        foreach (var session in sessions.Sessions.OrderByDescending(s => s.UpdatedAt).ThenBy(s => s.Key, StringComparer.Ordinal).Take(SessionsShown))
        {
            var of = target.With("agent", session.Agent).With("session", session.Key).With("type", session.Type);
            page.Add(SessionContext, of, session.ContextRatio);
            var used = ever?.GetValueOrDefault(session.Agent)?.GetValueOrDefault(session.Key);
            page.Add(SessionTokens, of, used?.Total);
            page.Add(SessionCost, of, used?.Cost);
        }
    }

    private static void Write(MetricsPage page, Labels target, GatewayWindows? usage)
    {
        foreach (var agent in (usage?.Windows ?? []).GroupBy(w => w.Agent, StringComparer.Ordinal))
        {
            // A model that the agent has used before, but not in this window, has 0 tokens in it.
            var models = agent.SelectMany(w => w.Usage.Models.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            foreach (var (window, model) in agent.SelectMany(window => models.Select(model => (window, model))))
            {
                var tokens = window.Usage.Models.GetValueOrDefault(model) ?? GatewayTokens.None;
                var of = target.With("agent", window.Agent).With("model", model);
                Add("input", tokens.Input);
                Add("output", tokens.Output);
                Add("cache_read", tokens.CacheRead);
                Add("cache_write", tokens.CacheWrite);
                page.Add(Cost, of, tokens.Cost, ("window", window.Window));

                void Add(string type, double? count) => page.Add(Tokens, of, count, ("token_type", type), ("window", window.Window));
            }
        }
    }

    private static void WriteCosts(MetricsPage page, Labels target, IReadOnlyList<WindowCost> windows)
    {
        foreach (var id in GatewayCosts.CronIds(windows))
        {
            foreach (var window in windows)
            {
                page.Add(CronCost, target, (double?)GatewayCosts.OfCron(window, id), ("cron", id), ("window", window.Window));
            }
        }
    }

    private static void Write(MetricsPage page, Labels target, GatewayCron cron, GatewayCronRuns? runs)
    {
        page.Add(CronInfo, target, 1, ("cron", cron.Id), ("name", cron.Name), ("agent", cron.Agent), ("schedule", cron.Schedule));
        var of = target.With("cron", cron.Id);
        page.Add(CronEnabled, of, GatewayPage.Flag(cron.Enabled));
        page.Add(CronRunning, of, GatewayPage.Flag(cron.Running));
        page.Add(CronLastRun, of, GatewayPage.Seconds(cron.LastRun));
        page.Add(CronNextRun, of, GatewayPage.Seconds(cron.NextRun));
        page.Add(CronDuration, of, cron.LastDuration?.TotalSeconds);
        page.Add(CronSuccess, of, GatewayPage.Flag(CronHealth.SucceededOf(cron, runs)));
        page.Add(CronDelivered, of, GatewayPage.Flag(GatewayCronWords.IsDelivered(CronHealth.DeliveryOf(cron, runs))));
        page.Add(CronErrors, of, cron.ConsecutiveErrors);
    }

    private static void Write(MetricsPage page, Labels target, GatewayTasks tasks)
    {
        foreach (var runtime in tasks.Tasks.Where(t => t.Status == "running").GroupBy(t => t.Runtime))
        {
            page.Add(TaskOldest, target, GatewayPage.Seconds(runtime.Min(t => t.StartedAt)), ("runtime", runtime.Key));
        }

        foreach (var agent in tasks.Tasks.Where(t => t.Runtime == "subagent").GroupBy(t => t.Agent, StringComparer.Ordinal))
        {
            foreach (var status in GatewayTasks.Statuses)
            {
                page.Add(Subagents, target, agent.Count(t => t.Status == status), ("agent", agent.Key), ("status", status));
            }

            page.Add(
                SubagentOldest, target, GatewayPage.Seconds(agent.Where(t => t.Status == "running").Min(t => t.StartedAt)), ("agent", agent.Key));
        }
    }
}
