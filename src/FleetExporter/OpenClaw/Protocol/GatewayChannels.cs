using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>One channel with all its accounts.</summary>
/// <param name="Enabled">Whether one of its accounts is enabled.</param>
/// <param name="Up">
/// Every enabled account is connected, or running if the channel reports no connection. Null if it reports neither.
/// </param>
/// <param name="Bot">The bot user on the channel, if the gateway has it cached.</param>
internal sealed record GatewayChannel(
    string Name, bool Enabled, bool? Up, DateTimeOffset? LastInbound, DateTimeOffset? LastOutbound, GatewayBot? Bot);

/// <param name="Latency">Latency of the gateway's last probe.</param>
internal sealed record GatewayBot(string? Name, string? Id, TimeSpan? Latency);

/// <summary>The channels through which people reach the agents.</summary>
internal sealed record GatewayChannels(IReadOnlyList<GatewayChannel> Channels)
{
    /// <summary>Parses the answer of <c>channels.status</c> with <c>probe: false</c>.</summary>
    /// <returns>Every channel that is configured or named, by name.</returns>
    /// <exception cref="FormatException">No <c>channels</c> and <c>channelAccounts</c>.</exception>
    /// <remarks>
    /// Tested with 2026.5.28 and 2026.9.6, without channels, and with Discord disabled and unreachable.
    /// A disabled channel keeps <c>connected: false</c>.
    /// </remarks>
    public static GatewayChannels Parse(JsonElement payload)
    {
        payload.RequireObject("channels.status");
        var channels = payload.Member("channels");
        var accounts = payload.Member("channelAccounts");
        if (channels is not { ValueKind: JsonValueKind.Object } || accounts is not { ValueKind: JsonValueKind.Object })
        {
            throw new FormatException("channels.status: no 'channels' or no 'channelAccounts'");
        }

        return new GatewayChannels([
            .. channels.Pairs().Concat(accounts.Pairs()).Select(p => p.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(name => Channel(name, channels.Value.Member(name), [.. accounts.Value.Items(name)]))
                .OfType<GatewayChannel>().DistinctBy(c => c.Name),
        ]);
    }

    private static GatewayChannel? Channel(string id, JsonElement? summary, IReadOnlyList<JsonElement> accounts)
    {
        if (GatewayName.Clean(id) is not { } name)
        {
            return null;
        }

        var rows = accounts.Count > 0 ? accounts : summary is { } only ? [only] : [];
        var on = rows.Where(a => a.Flag("enabled") != false && a.Flag("configured") != false).ToList();
        return new GatewayChannel(
            name,
            on.Count > 0,
            on.Count == 0 ? false : on.Any(a => UpOf(a) == false) ? false : on.All(a => UpOf(a) == true) ? true : null,
            rows.Max(a => a.Moment("lastInboundAt")),
            rows.Max(a => a.Moment("lastOutboundAt")),
            rows.Select(BotOf).FirstOrDefault(b => b is not null));
    }

    private static bool? UpOf(JsonElement account) =>
        account.Flag("running") == false ? false : account.Flag("connected") ?? account.Flag("linked") ?? account.Flag("running");

    private static GatewayBot? BotOf(JsonElement account)
    {
        var probe = account.Member("probe");
        var bot = probe?.Member("bot") ?? account.Member("bot");
        return bot is null ? null : new GatewayBot(
            GatewayName.Clean(bot.Value.Text("username") ?? bot.Value.Text("name")), GatewayName.Clean(bot.Value.Text("id")),
            probe?.Milliseconds("elapsedMs"));
    }
}
