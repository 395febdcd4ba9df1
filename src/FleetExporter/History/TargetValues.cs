using FleetExporter.Metrics;
using FleetExporter.OpenClaw;
using FleetExporter.Polling;
using FleetExporter.Remote;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.History;

/// <summary>The values of services, providers, gateways and tunnels.</summary>
internal static class TargetValues
{
    private const int Mebi = 1024 * 1024;
    private const string Today = "window=\"today\"";

    public static IReadOnlyList<HistoryValue> OfService { get; } =
    [
        Up(ServiceCollector.Up),
        Latency,
        new("phases", HistoryUnit.Milliseconds, ["phase"], q => $"1000 * {q.Over(ServiceCollector.Duration, "phase")}"),
        Certificate(ServiceCollector.CertificateExpiry),
    ];

    public static IReadOnlyList<HistoryValue> OfProvider { get; } =
    [
        Up(ProviderFamilies.Up),
        Latency,
        new("requests_running", HistoryUnit.Count, [], q => q.Over(LlamaCppFamilies.Slots, more: "state=\"busy\"")),
        new("requests_waiting", HistoryUnit.Count, [], q => q.Over(LlamaCppFamilies.Deferred)),
        new("tokens_per_second", HistoryUnit.PerSecond, ["part"], q => q.OfRates(range =>
            $"{Rate(q, "prompt", LlamaCppFamilies.PromptTokens, range)} or {Rate(q, "generation", LlamaCppFamilies.GeneratedTokens, range)}")),
        Certificate(ProviderFamilies.CertificateExpiry),
    ];

    public static IReadOnlyList<HistoryValue> OfGateway { get; } =
    [
        Up(GatewayFamilies.Up),
        Latency,
        new("sessions", HistoryUnit.Count, ["type"], q => $"sum by (type) ({q.Over(GatewayWorkFamilies.Sessions, "agent, type")})"),
        new("cost", HistoryUnit.Usd, [], q => $"sum({q.Over(GatewayWorkFamilies.Cost, "agent, model", Today)})"),
        new("tokens", HistoryUnit.Count, ["token_type"],
            q => $"sum by (token_type) ({q.Over(GatewayWorkFamilies.Tokens, "agent, model, token_type", Today)})"),
        new("memory", HistoryUnit.Mb, [], q => $"{q.Over(GatewayFamilies.Rss)} / {Mebi}"),
        new("event_loop_delay", HistoryUnit.Milliseconds, [], q => $"1000 * {q.Over(GatewayFamilies.LoopDelay)}"),
    ];

    public static IReadOnlyList<HistoryValue> OfTunnel { get; } =
    [
        Up(TunnelFamilies.TunnelUp),
        Latency,
        new("parts", HistoryUnit.State, ["part"], q => string.Join(" or ",
            HistoryQuery.Part("tcp", q.Over(TunnelFamilies.TcpUp)),
            HistoryQuery.Part("data", q.Over(TunnelFamilies.DataUp)),
            HistoryQuery.Part("unit", q.Over(TunnelFamilies.UnitActive)))),
    ];

    /// <summary>Duration of the successful polls.</summary>
    private static HistoryValue Latency => new("latency", HistoryUnit.Milliseconds, [], q =>
    {
        var poll = $"collector=\"{Words.Of(q.Subject.Kind)}\", target={PrometheusApi.Quote(q.Subject.Name)}";
        return q.OfSamples(
            $"1000 * max(max by (target) ({HealthFamilies.Duration.Name}{{{poll}}})"
                + $" and on (target) min by (target) ({HealthFamilies.Success.Name}{{{poll}}}) == 1)");
    })
    {
        Recent = RecentValue.Latency,
    };

    private static HistoryValue Up(MetricFamily family) => new("up", HistoryUnit.State, [], q => q.Over(family)) { Recent = RecentValue.Up };

    /// <summary>Time until the certificate expires.</summary>
    private static HistoryValue Certificate(MetricFamily expiry) => new("certificate", HistoryUnit.Seconds, [], q => $"{q.Over(expiry)} - time()");

    private static string Rate(HistoryQuery query, string name, MetricFamily family, string range) =>
        HistoryQuery.Part(name, $"sum(max by (model) (rate({query.Select(family)}[{range}])))");
}
