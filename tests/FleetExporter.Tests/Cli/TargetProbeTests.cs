using FleetExporter.Config;
using FleetExporter.Onboarding.Probing;
using FleetExporter.OpenClaw;
using FleetExporter.Parsing;
using FleetExporter.Targets;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;
using FleetExporter.Tests.Collectors;
using FleetExporter.Tests.Remote;

namespace FleetExporter.Tests.Cli;

public sealed class TargetProbeTests
{
    [Fact]
    public async Task A_good_target_has_one_check_and_one_line_per_finding()
    {
        await using var server = new ScriptedServer();
        server.Answer("/", 200, """{"status":"loading","model":"m\u001b[2J"}""");

        var checks = await ProbeAsync(server.Url());

        Assert.Equal([("service", Verdict.Ok), ("state", Verdict.Ok), ("model", Verdict.Ok)], checks.Select(c => (c.Name, c.Verdict)));
        Assert.Matches("^answers in [0-9]+ ms$", checks[0].Detail);
        Assert.Equal("loading", checks[1].Detail);
        Assert.DoesNotContain('\u001b', checks[2].Detail!);
    }

    [Fact]
    public async Task A_bad_target_has_reason_message_and_fix()
    {
        await using var server = new ScriptedServer();
        server.Answer("/", 200, """{"status":"error","error":"no CUDA device"}""");

        var check = Assert.Single(await ProbeAsync(server.Url()));

        Assert.Equal(
            new Check(
                "service", Verdict.Failed, "reported_error", "status 200, reported error: no CUDA device",
                Fixes.Of(TargetFailure.ReportedError)),
            check);
    }

    [Fact]
    public async Task A_target_that_never_answers_fails_after_its_timeout()
    {
        await using var server = new ScriptedServer();
        server.Script("/", (_, stop) => Task.Delay(Timeout.Infinite, stop));

        var check = Assert.Single(await ProbeAsync(server.Url(), TimeSpan.FromMilliseconds(300)));

        Assert.Equal((Verdict.Failed, "timeout", "no complete answer within 300ms"), (check.Verdict, check.Reason, check.Detail));
    }

    [Fact]
    public async Task A_failure_with_a_reading_is_followed_by_its_findings()
    {
        var port = FakeTcpServer.DeadPort();
        var tunnel = new TunnelConfig { Name = "t", Connect = new HostAddress("127.0.0.1", port), Verify = new TunnelCheck.Tcp() };
        var gateway = new GatewayConfig { Name = "claw", Url = new Uri($"ws://127.0.0.1:{port}") };

        (TargetConfig, TargetCollector)[] both = [(tunnel, new TunnelCollector()), (gateway, new GatewayCollector())];
        foreach (var (target, collector) in both)
        {
            var checks = await RunAsync(new TargetProbe(target, collector, TimeProvider.System));

            var first = checks[0];
            Assert.Equal((collector.Name, Verdict.Failed, "refused"), (first.Name, first.Verdict, first.Reason));
            Assert.Equal(Fixes.Of(TargetFailure.Refused), first.Fix);
        }
    }

    private static Task<IReadOnlyList<Check>> ProbeAsync(Uri url, TimeSpan? timeout = null) => RunAsync(new TargetProbe(
        new ServiceConfig { Name = "stt", Url = url, Timeout = timeout ?? TimeSpan.FromSeconds(20) }, new ServiceCollector(), TimeProvider.System));

    private static async Task<IReadOnlyList<Check>> RunAsync(TargetProbe probe)
    {
        var checks = new CheckList();
        await probe.RunAsync(checks, TestContext.Current.CancellationToken);
        return checks.Ended;
    }
}
