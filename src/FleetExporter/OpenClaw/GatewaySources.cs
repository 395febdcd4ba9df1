using System.Text.Json;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Logs;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw;

/// <summary>Usage of one agent in one window.</summary>
/// <param name="Window">today, 7d, 30d or all; days are UTC.</param>
internal sealed record GatewayWindow(string Agent, string Window, GatewayUsage Usage);

/// <summary>Usage of all agents.</summary>
internal sealed record GatewayWindows(IReadOnlyList<GatewayWindow> Windows)
{
    /// <summary>The UTC day of the window <c>today</c>.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Whether the day was the same when the last answer came: windows of two days do not add up.</summary>
    public bool IsOfOneDay { get; init; } = true;

    /// <summary>Whether the gateway has more agents than are asked for.</summary>
    public bool AgentsLeftOut { get; init; }

    public bool Settled => IsOfOneDay && Windows.All(w => w.Usage.Settled);
}

/// <summary>The cost of this month (UTC) in US dollars.</summary>
/// <param name="Settled">False while the gateway is still adding up: the values are too small then.</param>
/// <param name="Usd">So far.</param>
internal sealed record GatewayMonth(bool Settled, double Usd, double Projected)
{
    /// <summary>The first of the month.</summary>
    public DateOnly First { get; init; }

    /// <summary>The last 30 UTC days, in order; null if the gateway does not list days.</summary>
    public IReadOnlyList<GatewayDay>? Days { get; init; }
}

/// <summary>
/// All methods that the exporter calls besides <c>health</c>, with their intervals: cheap ones at each poll, expensive ones less often.
/// </summary>
/// <param name="log">Takes the lines of the log.</param>
internal sealed class GatewaySources(TimeProvider clock, GatewayLog log)
{
    private const int MaxPages = 5;
    private const int MaxAgents = 32;
    private const int DaysListed = 30;

    private static readonly TimeSpan EachPoll = TimeSpan.Zero;
    private static readonly TimeSpan Every30Seconds = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EveryMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every5Minutes = TimeSpan.FromMinutes(5);

    public GatewaySource<GatewayStatus> Status { get; } = Single("status", EachPoll, GatewayCall.Status, GatewayStatus.Parse, clock);

    public GatewaySource<GatewaySystem> System { get; } = Single("system.info", Every30Seconds, GatewayCall.SystemInfo, GatewaySystem.Parse, clock);

    public GatewaySource<GatewayChannels> Channels { get; } = Single(
        "channels.status", EachPoll, GatewayCall.ChannelsStatus, GatewayChannels.Parse, clock);

    public GatewaySource<GatewayLanes> Lanes { get; } = Single("diagnostics.lanes", EachPoll, GatewayCall.Lanes, GatewayLanes.Parse, clock);

    public GatewaySource<GatewaySessions> Sessions { get; } = new("sessions.list", Every30Seconds, SessionsAsync, clock);

    public GatewaySource<GatewayTasks> Tasks { get; } = new("tasks.list", Every30Seconds, TasksAsync, clock);

    public GatewaySource<GatewayCrons> Crons { get; } = new("cron.list", EveryMinute, CronsAsync, clock);

    public GatewaySource<GatewayCronRuns> CronRuns { get; } = Single("cron.runs", EveryMinute, GatewayCall.CronRuns, GatewayCronRuns.Parse, clock);

    public GatewaySource<GatewayInfrastructure> Infrastructure { get; } = Single(
        "infrastructure", Every30Seconds, GatewayCall.Infrastructure, GatewayInfrastructure.Parse, clock);

    public GatewaySource<GatewayAgents> Agents { get; } = Single("agents.list", EveryMinute, GatewayCall.AgentsList, GatewayAgents.Parse, clock);

    public GatewaySource<GatewayConfiguration> Configuration { get; } = Single(
        "config.get", EveryMinute, GatewayCall.ConfigGet, GatewayConfiguration.Parse, clock);

    public GatewaySource<GatewayQuotas> Quotas { get; } = Single("usage.status", Every5Minutes, GatewayCall.UsageStatus, GatewayQuotas.Parse, clock);

    public GatewaySource<GatewayWindows> Usage => field ??= new(
        "sessions.usage", Every5Minutes, (connection, stop) => UsageAsync(connection, Agents.Value, clock, stop), clock, u => u.Settled);

    public GatewaySource<GatewayMonth> Month { get; } = new(
        "usage.cost", Every5Minutes, (connection, stop) => MonthAsync(connection, clock, stop), clock, m => m.Settled);

    public GatewaySource<GatewayLogAnswer> Logs { get; } = new("logs.tail", EachPoll, log.ReadAsync, clock);

    public IReadOnlyList<IGatewaySource> All =>
        [Status, System, Channels, Lanes, Sessions, Tasks, Crons, CronRuns, Infrastructure, Agents, Configuration, Quotas, Usage, Month, Logs];

    private static GatewaySource<T> Single<T>(string method, TimeSpan every, GatewayCall call, Func<JsonElement, T> parse, TimeProvider clock)
        where T : class => new(method, every, (connection, stop) => connection.AskAsync(call, parse, stop), clock);

    private static async Task<GatewaySessions> SessionsAsync(GatewayConnection connection, CancellationToken stop)
    {
        var page = await connection.AskAsync(GatewayCall.SessionsList(0), GatewaySessions.Parse, stop).ConfigureAwait(false);
        List<GatewaySession> all = [.. page.Sessions];
        var (at, total) = (page.At, page.Total);
        for (var pages = 1; page.Next is { } next && pages < MaxPages; pages++)
        {
            page = await connection.AskAsync(GatewayCall.SessionsList(next), GatewaySessions.Parse, stop).ConfigureAwait(false);
            all.AddRange(page.Sessions);
        }

        return new GatewaySessions(at, [.. all.DistinctBy(s => s.Key)], total, page.Next);
    }

    private static async Task<GatewayCrons> CronsAsync(GatewayConnection connection, CancellationToken stop)
    {
        var page = await connection.AskAsync(GatewayCall.CronList(0), GatewayCrons.Parse, stop).ConfigureAwait(false);
        List<GatewayCron> all = [.. page.Crons];
        for (var pages = 1; page.Next is { } next && pages < MaxPages; pages++)
        {
            page = await connection.AskAsync(GatewayCall.CronList(next), GatewayCrons.Parse, stop).ConfigureAwait(false);
            all.AddRange(page.Crons);
        }

        return new GatewayCrons([.. all.DistinctBy(c => c.Id)], page.Next) { Total = page.Total };
    }

    // A long-running task may be listed after hundreds of newer tasks that have ended.
    private static async Task<GatewayTasks> TasksAsync(GatewayConnection connection, CancellationToken stop)
    {
        var running = await connection.AskAsync(GatewayCall.RunningTasks, GatewayTasks.Parse, stop).ConfigureAwait(false);
        var newest = await connection.AskAsync(GatewayCall.NewestTasks, GatewayTasks.Parse, stop).ConfigureAwait(false);
        return new GatewayTasks(
            [.. running.Tasks.Where(t => t.Status == "running").Concat(newest.Tasks.Where(t => t.Status != "running")).DistinctBy(t => t.Id)]);
    }

    /// <param name="agents">The agents as last known; null to ask for them.</param>
    private static async Task<GatewayWindows> UsageAsync(
        GatewayConnection connection, GatewayAgents? agents, TimeProvider clock, CancellationToken stop)
    {
        agents ??= await connection.AskAsync(GatewayCall.AgentsList, GatewayAgents.Parse, stop).ConfigureAwait(false);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        List<GatewayWindow> windows = [];
        foreach (var agent in agents.Agents.Take(MaxAgents).Select(a => a.Id))
        {
            foreach (var (window, call) in new[]
            {
                ("today", GatewayCall.SessionsUsage(agent, today)),
                ("7d", GatewayCall.SessionsUsage(agent, GatewayRange.Week)),
                ("30d", GatewayCall.SessionsUsage(agent, GatewayRange.Month)),
                ("all", GatewayCall.SessionsUsage(agent, GatewayRange.Ever)),
            })
            {
                var usage = await connection.AskAsync(call, GatewayUsage.Parse, stop).ConfigureAwait(false);
                windows.Add(new(GatewayName.Clean(agent) ?? "", window, usage));
            }
        }

        return new GatewayWindows([.. windows.DistinctBy(w => (w.Agent, w.Window))])
        {
            Day = today,
            IsOfOneDay = today == DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime),
            AgentsLeftOut = agents.Agents.Count > MaxAgents,
        };
    }

    private static async Task<GatewayMonth> MonthAsync(GatewayConnection connection, TimeProvider clock, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var month = new DateOnly(today.Year, today.Month, 1);
        var cost = await connection.AskAsync(GatewayCall.UsageCost(month, today), GatewayCost.Parse, stop).ConfigureAwait(false);
        var first = today.AddDays(1 - DaysListed);
        var days = await connection.AskAsync(GatewayCall.UsageCost(first, today), GatewayCost.Parse, stop).ConfigureAwait(false);
        return new GatewayMonth(cost.Settled && days.Settled, cost.Total, GatewayCost.Projected(cost.Total, now))
        {
            First = month,
            Days = days.Days(first, today),
        };
    }
}
