using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>The quota of a subscription in one time window.</summary>
/// <param name="Window">Label of the vendor, such as 5h or Week.</param>
internal sealed record GatewayQuota(string Provider, string Window, double UsedRatio, DateTimeOffset? ResetsAt);

/// <summary>The quotas of all subscriptions.</summary>
internal sealed record GatewayQuotas(IReadOnlyList<GatewayQuota> Quotas)
{
    /// <summary>Parses the answer of <c>usage.status</c>.</summary>
    /// <returns>Providers that are paid by use have no quota.</returns>
    /// <exception cref="FormatException">No list <c>providers</c>.</exception>
    /// <remarks>
    /// Tested with 2026.9.6 without subscriptions; the rows are as its source makes them: <c>provider, windows[]{label, usedPercent, resetAt?}</c>.
    /// </remarks>
    public static GatewayQuotas Parse(JsonElement payload)
    {
        const string method = "usage.status";
        payload.RequireObject(method);
        return new GatewayQuotas([
            .. payload.RequireList("providers", method)
                .SelectMany(p => p.Items("windows").Select(w => Quota(p, w)))
                .OfType<GatewayQuota>()
                .DistinctBy(q => (q.Provider, q.Window)),
        ]);
    }

    private static GatewayQuota? Quota(JsonElement provider, JsonElement window) =>
        GatewayName.Clean(provider.Text("provider")) is { } name && GatewayName.Clean(window.Text("label")) is { } label
            && window.Amount("usedPercent") is { } percent and <= 100
            ? new GatewayQuota(name, label, percent / 100, window.Moment("resetAt"))
            : null;
}
