using System.Text.Json;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Targets;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Tunnels;
using FleetExporter.Views;

namespace FleetExporter.Tests.Views;

public sealed class TargetDetailTests
{
    private static readonly JsonSerializerOptions Json = ApiJson.Configure(new Microsoft.AspNetCore.Http.Json.JsonOptions()).SerializerOptions;

    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeClock _clock = new();

    [Fact]
    public void A_provider_has_its_models_load_and_times()
    {
        var provider = new ProviderConfig
        {
            Name = "p",
            Host = "h",
            Url = new("http://x"),
            Kind = ProviderKind.LlamaCpp,
            Unit = new("x.service", false),
        };
        var reading = new ProviderReading(
            ServingState.Ok, "llama_cpp", provider.Url, [new ServedModel("qwen\u001b", true, 7, 4096)], TimeSpan.FromMilliseconds(3),
            new LlamaCppDetails(
                false, new LlamaCppProps(4, "b1", false), new LlamaCppSlots(3, 1), new LlamaCppMetrics(1, 2, 10.56, 4, 1, 2)), At, null)
        {
            Times = new HttpTimes(null, TimeSpan.FromMilliseconds(1), null, TimeSpan.FromMilliseconds(2), TimeSpan.Zero),
        };

        Assert.Equal(
            """
            {"kind":"llama_cpp","serving_state":"ok","version":"b1","models":[{"id":"qwen","loaded":true,"parameters":7,"trained_context":4096}],
            "model_count":1,"queue":{"running":1,"waiting":2},"tokens_per_second":{"prompt":10.6,"generation":4},
            "context":4096,"slots":{"idle":3,"busy":1},
            "phases":[{"phase":"connect","ms":1},{"phase":"first_byte","ms":2},{"phase":"transfer","ms":0}],
            "unit":{"name":"unit","ok":null,"text":"the state of x.service is unknown: there is no host h"},"failures":[],"failure_counts":{}}
            """.ReplaceLineEndings(""),
            DetailOf(provider, reading));
    }

    [Fact]
    public void A_gateway_has_its_main_figures()
    {
        var reading = new GatewayReading([], new GatewayProbes(true, false, ["db"], "2026.9.6", null))
        {
            Version = "2026.9.6",
            Channels = new([new GatewayChannel("discord", true, true, At, null, new GatewayBot("bill", "1", null))]),
            Sessions = new(At, [new GatewaySession("agent:main:main", "main", "main", At, 0.5, true)], 3, null),
            Crons = new([new GatewayCron("1", "daily", "main", "every 1s", true, At, At, null, false, null, 2, false)], null),
            Usage = new([new GatewayWindow("main", "today", new GatewayUsage(
                true, new Dictionary<string, GatewayTokens> { ["m"] = new(1, 2, 3, 4, 0.12343) }, new Dictionary<string, GatewayTokens>()))]),
            Month = new(true, 5, 9.87651),
        };

        using var detail = JsonDocument.Parse(DetailOf(new GatewayConfig { Name = "g", Url = new("ws://x") }, reading));
        Assert.Equal(
            [
                "\"2026.9.6\"", "false", """["db"]""",
                """[{"name":"discord","enabled":true,"up":true,"last_inbound_at":"2026-01-01T00:00:00+00:00","last_outbound_at":null,"""
                    + "\"bot_name\":\"bill\"}]",
                """{"usd":{"today":0.1234},"tokens":{"today":10},"month_projected":9.8765}""", "null",
            ],
            new[] { "version", "ready", "failing", "channels", "costs", "tasks" }.Select(n => detail.RootElement.GetProperty(n).GetRawText()));
        Assert.Equal("""{"total":3,"running":1,"context_max_percent":50,"items":[""", detail.RootElement.GetProperty("sessions").GetRawText()[..57]);
        Assert.Equal(
            """{"total":1,"enabled":1,"running":0,"failing":1,"next_run_at":"2026-01-01T00:00:00+00:00","failing_names":["daily"]}""",
            detail.RootElement.GetProperty("crons").GetRawText());
    }

    [Fact]
    public void A_half_dead_tunnel_says_which_part_fails()
    {
        var tunnel = new TunnelConfig { Name = "t", Connect = new("127.0.0.1", 22), Verify = new TunnelCheck.Banner() };
        var detail = (TunnelDetailView)Detail(tunnel, Snapshot(tunnel).Failed(
            TargetFailure.Timeout, "no data", _clock.Now(), default, new TunnelReading(true, false, null, default)));

        Assert.Equal(("half_dead", 1), (detail.State, detail.FailureCounts["timeout"]));
        Assert.Equal(
            [
                new PartView("listen port", true, "127.0.0.1:22 accepts connections"), new PartView("carries data", false, "no data"),
                new PartView("unit", null, "no unit is configured"),
            ],
            detail.Parts);
        Assert.Null(((TunnelDetailView)Detail(tunnel, null)).State);
    }

    private static TargetSnapshot Snapshot(TargetConfig target) => new(
        target, TargetCatalog.All.Single(c => c.Kind.Owns(target)), new PollTiming(TimeSpan.FromSeconds(10), 3));

    private string DetailOf(TargetConfig target, TargetReading reading) =>
        JsonSerializer.Serialize((object)Detail(target, Snapshot(target).Answered(reading, _clock.Now(), TimeSpan.FromMilliseconds(3))), Json);

    private TargetDetailView Detail(TargetConfig target, TargetSnapshot? snapshot) =>
        TargetDetails.Of(target, snapshot, new FleetState(), _clock.Now());
}
