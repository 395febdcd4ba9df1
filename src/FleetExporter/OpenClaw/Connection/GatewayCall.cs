using System.Globalization;
using System.Text.Json;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>
/// A request to a gateway. This list is closed: no other request can be sent. All of them only read, need no scope beyond
/// <c>operator.read</c>, calls no model and probes no channel.
/// </summary>
internal sealed class GatewayCall
{
    /// <summary>Maximum rows per page of a list.</summary>
    public const int PageSize = 200;

    public static readonly GatewayCall Health = new("health", "{}");
    public static readonly GatewayCall Status = new("status", "{}");
    public static readonly GatewayCall SystemInfo = new("system.info", "{}");
    public static readonly GatewayCall ChannelsStatus = new("channels.status", """{"probe":false}""");
    public static readonly GatewayCall AgentsList = new("agents.list", "{}");
    public static readonly GatewayCall NewestTasks = new("tasks.list", """{"limit":200}""");
    public static readonly GatewayCall RunningTasks = new("tasks.list", """{"status":"running","limit":200}""");
    public static readonly GatewayCall Lanes = new("diagnostics.lanes", "{}");
    public static readonly GatewayCall CronRuns = new("cron.runs", """{"scope":"all","limit":200}""");
    public static readonly GatewayCall UsageStatus = new("usage.status", "{}");
    public static readonly GatewayCall Infrastructure = new("infrastructure", "{}");
    public static readonly GatewayCall ConfigGet = new("config.get", "{}");

    /// <summary>Subscribes this connection to the event <c>sessions.changed</c>.</summary>
    public static readonly GatewayCall SessionsSubscribe = new("sessions.subscribe", "{}");

    private GatewayCall(string method, string parameters)
    {
        Method = method;
        Parameters = parameters;
    }

    public string Method { get; }

    /// <summary>JSON.</summary>
    public string Parameters { get; }

    public static GatewayCall SessionsList(int offset) =>
        new("sessions.list", string.Create(CultureInfo.InvariantCulture, $$"""{"limit":{{PageSize}},"offset":{{offset}}}"""));

    /// <summary>The sessions whose key, label or other text the gateway finds this text in.</summary>
    public static GatewayCall SessionsSearch(string text) =>
        new("sessions.list", string.Create(CultureInfo.InvariantCulture, $$"""{"limit":{{PageSize}},"search":{{Quote(text)}}}"""));

    public static GatewayCall CronList(int offset) =>
        new("cron.list", string.Create(CultureInfo.InvariantCulture, $$"""{"includeDisabled":true,"limit":{{PageSize}},"offset":{{offset}}}"""));

    /// <summary>The newest runs of one cron job.</summary>
    public static GatewayCall CronRunsOf(string id, int limit) => new(
        "cron.runs", string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{Quote(id)}},"limit":{{limit}},"scope":"job"}"""));

    /// <summary>The last messages of one session, each truncated.</summary>
    public static GatewayCall SessionsPreview(string key) => new("sessions.preview", $$"""{"keys":[{{Quote(key)}}],"limit":20,"maxChars":600}""");

    /// <summary>Lines of the gateway's log after a position in its file; null for the last ones.</summary>
    public static GatewayCall LogsTail(long? cursor) => new("logs.tail", cursor is { } position
        ? string.Create(CultureInfo.InvariantCulture, $$"""{"cursor":{{position}},"limit":1000,"maxBytes":500000}""")
        : """{"limit":500,"maxBytes":500000}""");

    /// <summary>Usage of one agent in the last 7 or 30 days, including today, or in total; days are UTC.</summary>
    public static GatewayCall SessionsUsage(string agent, GatewayRange range) => new("sessions.usage", $$"""
        {"agentId":{{Quote(agent)}},"limit":1000,"range":"{{range switch { GatewayRange.Week => "7d", GatewayRange.Month => "30d", _ => "all" }}}"}
        """);

    /// <summary>Usage of one agent on one day.</summary>
    public static GatewayCall SessionsUsage(string agent, DateOnly day) =>
        new("sessions.usage", $$"""{"agentId":{{Quote(agent)}},"limit":1000,"startDate":"{{Iso(day)}}","endDate":"{{Iso(day)}}"}""");

    /// <summary>Cost of all agents in a range of days.</summary>
    public static GatewayCall UsageCost(DateOnly from, DateOnly to) =>
        new("usage.cost", $$"""{"agentScope":"all","startDate":"{{Iso(from)}}","endDate":"{{Iso(to)}}"}""");

    public override string ToString() => $"{Method} {Parameters}";

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Ids and keys are untrusted text of the gateway, or of a caller.
    private static string Quote(string text) => JsonSerializer.Serialize(text);
}

internal enum GatewayRange
{
    Week,
    Month,
    Ever,
}
