using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.OpenClaw;

public sealed class GatewayParserTests
{
    [Fact]
    public void Health_of_both_versions()
    {
        Assert.Equal(
            new(10, 0, new(true, TimeSpan.FromMilliseconds(163.4), TimeSpan.FromMilliseconds(163.4), 0.562)),
            GatewayHealth.Parse(GatewayFixture.Payload("health")));
        Assert.Null(GatewayHealth.Parse(GatewayFixture.Payload("2026.5.28/health")).PluginErrors);
    }

    [Fact]
    public void Undelivered_messages_are_summed_by_channel_and_absent_if_not_reported()
    {
        var health = GatewayHealth.Parse(JsonElement.Parse("""
            {"ts":1795232332516,"agents":[],"deliveryQueues":{
              "failed":[{"queueName":"outbound-prepared-v1","count":2,"oldestFailedAt":1795232000000},{"queueName":"session"}],
              "ingressPressure":[
                {"channelId":"discord","accountId":"a","pendingCount":4,"claimedCount":1,"oldestReceivedAt":1795231000000},
                {"channelId":"discord","accountId":"b","pendingCount":1,"claimedCount":0,"oldestReceivedAt":1795230000000}]}}
            """));

        Assert.Equal(
            [
                new(UndeliveredKind.OutboundFailed, "outbound-prepared-v1", 2, DateTimeOffset.FromUnixTimeSeconds(1795232000)),
                new(UndeliveredKind.InboundStuck, "discord", 6, DateTimeOffset.FromUnixTimeSeconds(1795230000)),
            ],
            health.Undelivered);
        Assert.Null(GatewayHealth.Parse(GatewayFixture.Payload("health")).Undelivered);
    }

    [Fact]
    public void Status_of_both_versions()
    {
        var newer = GatewayStatus.Parse(GatewayFixture.Payload("status"));

        Assert.Equal(("2026.9.6", 951713792, 8, 4), (newer.Version, newer.Rss, newer.Tasks["succeeded"], newer.Tasks["failed"]));
        Assert.Null(GatewayStatus.Parse(GatewayFixture.Payload("2026.5.28/status")).Rss);
    }

    [Theory]
    [InlineData("channels.status.discord-error", true, false)]
    [InlineData("channels.status.discord-disabled", false, false)]
    public void A_channel_is_up_only_when_it_is_connected(string file, bool enabled, bool up) =>
        Assert.Equal(
            ("discord", enabled, (bool?)up),
            GatewayChannels.Parse(GatewayFixture.Payload(file)).Channels.Select(c => (c.Name, c.Enabled, c.Up)).Single());

    [Theory]
    [InlineData("""[{"enabled":true,"configured":true,"running":true,"connected":true}]""", true)]
    [InlineData("""[{"enabled":true,"running":true}]""", true)]
    [InlineData("""[{"running":true,"connected":true},{"running":true,"connected":false}]""", false)]
    [InlineData("""[{"running":true,"connected":true},{"enabled":false,"connected":false}]""", true)]
    [InlineData("""[{"enabled":true}]""", null)]
    public void A_channel_is_up_when_all_enabled_accounts_are_connected(string accounts, bool? up) =>
        Assert.Equal(
            up, GatewayChannels.Parse(JsonElement.Parse($$$"""{"channels":{},"channelAccounts":{"x":{{{accounts}}}}}""")).Channels.Single().Up);

    [Fact]
    public void A_bot_is_known_if_the_gateway_has_probed_it() => Assert.Equal(
        new GatewayBot("billbot", "123", TimeSpan.FromMilliseconds(80)),
        GatewayChannels.Parse(JsonElement.Parse("""{"channels":{},"channelAccounts":{"discord":[{"probe":"""
            + """{"ok":true,"elapsedMs":80,"bot":{"id":"123","username":"billbot"}}}]}}""")).Channels[0].Bot);

    [Fact]
    public void Sessions_of_the_older_version_have_agent_and_type_from_their_key()
    {
        var sessions = GatewaySessions.Parse(GatewayFixture.Payload("2026.5.28/sessions.list")).Sessions;

        Assert.All(sessions, s => Assert.Equal("main", s.Agent));
        Assert.Equal(["custom", "cron", "cron", "custom", "subagent", "main"], sessions.Select(s => s.Type));
        Assert.Null(sessions[0].ContextRatio);
        Assert.Equal(1300.0 / 128000, sessions[3].ContextRatio);
    }

    [Fact]
    public void Single_runs_of_cron_jobs_are_no_sessions() =>
        Assert.Empty(GatewaySessions.Parse(JsonElement.Parse("""{"sessions":[{"key":"agent:main:cron:x:run:y"}]}""")).Sessions);

    [Fact]
    public void Usage_by_model_adds_up_to_the_total()
    {
        var usage = GatewayUsage.Parse(GatewayFixture.Payload("sessions.usage"));

        Assert.True(usage.Settled);
        Assert.Equal(new GatewayTokens(22650, 1275, 3000, 0, 0.087975) { Calls = 15 }, usage.Models["fake-chat"]);
        Assert.Equal(["fake-broken", "fake-chat"], usage.Models.Keys.Order());
        Assert.Equal(0.06883500000000001, usage.Sessions["agent:main:main"].Cost);
    }

    [Fact]
    public void Usage_without_a_model_is_listed_as_unknown()
    {
        var usage = GatewayUsage.Parse(JsonElement.Parse("""
            {"totals":{"input":10,"output":2,"totalCost":1},"aggregates":{"byModel":[{"model":"a","totals":{"input":4,"output":2,"totalCost":0.25}}]}}
            """));

        Assert.Equal((6, 0.75), (usage.Models[GatewayUsage.NoModel].Input, usage.Models[GatewayUsage.NoModel].Cost));
    }

    [Fact]
    public void Usage_that_is_still_computed_is_not_settled() =>
        Assert.False(GatewayUsage.Parse(GatewayFixture.Payload("2026.5.28/sessions.usage")).Settled);

    [Theory]
    [InlineData("""{"totals":{"input":-5,"output":1,"totalCost":0},"aggregates":{"byModel":[]}}""")]
    [InlineData("""{"totals":{"input":5,"output":1,"totalCost":0},"aggregates":{"byModel":"""
        + """[{"model":"a","totals":{"input":-5,"output":1,"totalCost":0}}]}}""")]
    [InlineData("""{"totals":{"input":5,"output":1},"aggregates":{"byModel":[]}}""")]
    [InlineData("""{"totals":{"input":5,"output":1,"totalCost":1}}""")]
    public void Usage_with_a_negative_or_missing_total_is_rejected(string json) =>
        Assert.Throws<FormatException>(() => GatewayUsage.Parse(JsonElement.Parse(json)));

    [Fact]
    public void A_negative_cost_is_rejected() =>
        Assert.Throws<FormatException>(() => GatewayCost.Parse(JsonElement.Parse("""{"totals":{"totalCost":-0.5}}""")));

    [Theory]
    [InlineData("2026-11-16T00:00:00Z", 20)] // 15 of 30 days
    [InlineData("2026-11-01T01:00:00Z", 300)] // the first day counts as a whole one
    public void The_cost_of_the_month_is_projected(string now, double projected) =>
        Assert.Equal(projected, GatewayCost.Projected(10, DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)), 6);

    [Fact]
    public void Jobs_of_the_newer_version()
    {
        var crons = GatewayCrons.Parse(GatewayFixture.Payload("cron.list")).Crons;

        Assert.Equal(8, crons.Count);
        var report = crons.Single(c => c.Name == "nightly-report");
        Assert.Equal(("0 4 * * * Europe/Berlin", true, true), (report.Schedule, report.Enabled, report.Succeeded));
        Assert.Equal(1795316400000, report.NextRun?.ToUnixTimeMilliseconds());
        Assert.Equal((false, 2), (crons[0].Succeeded, crons[0].ConsecutiveErrors));
        Assert.Equal(["every 3600s", "every 7200s", "0 3 * * *"], crons.Take(3).Select(c => c.Schedule));
        Assert.Equal("at 2027-01-15T08:00:00Z", crons[7].Schedule);
        Assert.All(crons.Where(c => c.Enabled == false), c => Assert.Null(c.NextRun));
        Assert.All(crons, c => Assert.False(c.Running));
        Assert.All(GatewayCrons.Parse(GatewayFixture.Payload("cron.list.compact")).Crons, c => Assert.NotEmpty(c.Id));
    }

    [Theory]
    [InlineData("""{"lastRunStatus":"ok"}""", true)]
    [InlineData("""{"lastStatus":"ok"}""", true)]
    [InlineData("""{"lastStatus":"error"}""", false)]
    [InlineData("""{"lastRunStatus":"skipped","lastStatus":"ok"}""", null)]
    [InlineData("{}", null)]
    public void The_status_of_the_last_run_is_read_from_either_member(string state, bool? succeeded) =>
        Assert.Equal(succeeded, GatewayCrons.Parse(JsonElement.Parse($$"""{"jobs":[{"id":"j","state":{{state}}}]}""")).Crons[0].Succeeded);

    [Theory]
    [InlineData("delivered", true)]
    [InlineData("not-delivered", false)]
    [InlineData("not-requested", null)]
    public void Delivery_is_read_from_the_newest_run(string status, bool? delivered) => Assert.Equal(
        delivered,
        GatewayCronWords.IsDelivered(GatewayCronRuns.Parse(JsonElement.Parse(
            $$"""{"entries":[{"jobId":"j","runAtMs":1795231646000,"deliveryStatus":"delivered"},"""
                + $$"""{"jobId":"j","runAtMs":1795231646333,"deliveryStatus":"{{status}}"}]}""")).Of("j")[0].Delivery));

    [Fact]
    public void Tasks_of_both_versions()
    {
        var newer = GatewayTasks.Parse(GatewayFixture.Payload("tasks.list")).Tasks;

        Assert.Equal(
            ("subagent", "completed", "main"), newer.Where(t => t.Runtime == "subagent").Select(t => (t.Runtime, t.Status, t.Agent)).Single());
        Assert.Equal(5, newer.Count(t => t.Runtime == "cron"));
        Assert.Equal(11, GatewayTasks.Parse(GatewayFixture.Payload("2026.5.28/tasks.list")).Tasks.Count);
    }

    [Fact]
    public void The_windows_of_a_subscription_are_read() => Assert.Equal(
        [
            new GatewayQuota("anthropic", "5h", 0.42, DateTimeOffset.FromUnixTimeMilliseconds(1795232332516)),
            new GatewayQuota("anthropic", "Week", 1, null)
        ],
        GatewayQuotas.Parse(JsonElement.Parse(
            """{"providers":[{"provider":"anthropic","windows":[{"label":"5h","usedPercent":42,"resetAt":1795232332516},"""
                + """{"label":"Week","usedPercent":100},{"label":"Bad","usedPercent":-3}]}]}""")).Quotas);

    [Fact]
    public void Heartbeat_and_models_are_read_from_the_configuration()
    {
        var recorded = GatewayHeartbeat.Parse(GatewayFixture.Payload("config.get"));

        Assert.Equal((false, null, "0m", null), (recorded.Enabled, recorded.Model, recorded.Every, recorded.Prompt));
        Assert.Equal(
            [new("fake/fake-chat", "Fake Chat", "fake", "fake-chat"), new GatewayModel("fake/fake-broken", "Fake Broken", "fake", "fake-broken")],
            recorded.Models);
        Assert.DoesNotContain("REDACTED", recorded.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"every":"15m","model":"llama/qwen","prompt":"Look\nround."}""", true, "llama/qwen", "15m", "Look round.")]
    [InlineData("{}", true, null, null, null)]
    [InlineData("""{"every":"0m"}""", false, null, "0m", null)]
    [InlineData("""{"every":"0"}""", false, null, "0", null)]
    [InlineData("""{"every":"10m"}""", true, null, "10m", null)]
    [InlineData("null", true, null, null, null)]
    [InlineData("7", true, null, null, null)]
    public void A_heartbeat_is_enabled_unless_its_interval_is_zero(string json, bool enabled, string? model, string? every, string? prompt)
    {
        var heartbeat = GatewayHeartbeat.Parse(JsonElement.Parse($$"""{"parsed":{"agents":{"defaults":{"heartbeat":{{json}} } } } }"""));

        Assert.Equal((enabled, model, every, prompt), (heartbeat.Enabled, heartbeat.Model, heartbeat.Every, heartbeat.Prompt));
        Assert.Empty(heartbeat.Models);
    }

    [Fact]
    public void The_infrastructure_of_a_fork_is_read()
    {
        var all = GatewayInfrastructure.Parse(JsonElement.Parse("""
            {"gpu":{"gpus":[{"index":0,"name":"GB10","utilizationPercent":40,"temperatureCelsius":61,"powerDrawWatts":33.5,"memoryUsedMB":null},
            """
            + """
            {"index":1,"memoryUsedMB":2}]},
            "providers":{"providers":{"llama":{"healthy":false,"latencyMs":1500,"consecutiveFailures":3}}},
            "tunnels":[{"tunnel":{"host":"127.0.0.1","port":8001,"reachable":true,"latencyMs":3},"service":{"active":false}}]}
            """));

        Assert.Equal(new GatewayGpu("0", "GB10", 0.4, 61, 33.5, null, null, null), all.Gpus[0]);
        Assert.Equal(2097152, all.Gpus[1].MemoryUsed);
        Assert.Equal(new GatewayProvider("llama", false, TimeSpan.FromSeconds(1.5), 3, null, null), all.Providers.Single());
        Assert.Equal(new GatewayTunnel("127.0.0.1:8001", true, TimeSpan.FromMilliseconds(3), false), all.Tunnels.Single());
    }

    [Theory]
    [InlineData("""{"code":"INVALID_REQUEST","message":"m","details":{"code":"AUTH_TOKEN_MISMATCH"}}""", TargetFailure.Auth)]
    [InlineData("""{"code":"NOT_PAIRED","message":"m","details":{"code":"DEVICE_IDENTITY_REQUIRED"}}""", TargetFailure.Auth)]
    [InlineData("""{"code":"NOT_PAIRED","message":"m","details":{"code":"PAIRING_REQUIRED"}}""", TargetFailure.Auth)]
    [InlineData("""{"code":"INVALID_REQUEST","message":"m","details":{"code":"PROTOCOL_MISMATCH","expectedProtocol":4}}""", TargetFailure.Protocol)]
    [InlineData("""{"code":"UNAVAILABLE","message":"m","details":{"reason":"startup-sidecars"}}""", TargetFailure.ReportedError)]
    [InlineData("""{"code":"NEW","message":"m"}""", TargetFailure.ReportedError)]
    [InlineData("7", TargetFailure.ReportedError)]
    public void A_rejected_login_has_its_reason(string error, TargetFailure reason) =>
        Assert.Equal(reason, GatewayError.Parse(JsonElement.Parse(error)).Reason);

    [Theory]
    [InlineData("""{"code":"INVALID_REQUEST","message":"unknown method: infrastructure"}""", true)]
    [InlineData(
        """{"code":"FORBIDDEN","message":"missing scope: operator.admin","details":{"code":"MISSING_SCOPE","missingScope":"operator.admin"}}""",
        true)]
    [InlineData(
        """{"code":"FORBIDDEN","message":"missing scope: operator.read","details":{"code":"MISSING_SCOPE","missingScope":"operator.read"}}""", false)]
    public void An_unknown_method_is_no_failure(string error, bool unknown) =>
        Assert.Equal(unknown, GatewayError.Parse(JsonElement.Parse(error)).IsUnknownMethod);

    [Fact]
    public void A_gateway_that_is_not_ready_has_answered()
    {
        var probes = GatewayProbes.Parse(
            new(200, JsonElement.Parse("""{"ok":true,"status":"live"}""")),
            new(503, JsonElement.Parse("""{"ready":false,"failing":["startup-sidecars"],"uptimeMs":5662}""")), null);

        Assert.Equal((true, false, TimeSpan.FromMilliseconds(5662)), (probes.Live, probes.Ready, probes.Uptime));
        Assert.Equal(["startup-sidecars"], probes.Failing);
        Assert.Null(GatewayProbes.Parse(new(404, null), new(404, null), null).Live);
    }
}
