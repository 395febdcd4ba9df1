using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Cards of the overview for unknown values, thresholds and several targets of a kind.</summary>
public sealed class AreasTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_GPU_without_readings_is_an_error_and_its_sparkline_has_a_gap()
    {
        await using var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        var gpu = FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        var visit = await VisitAsync(exporter);
        await Expect(visit.Find("area-gpu")).ToContainTextAsync("100 %");
        await visit.GoAsync("hosts");
        await Expect(visit.Host("box").GetByTestId("gpu").Locator("polyline")).ToHaveCountAsync(1);
        await visit.GoAsync("overview");

        gpu.Fail("driver-not-loaded.stdout.txt", 9);
        await Expect(visit.Find("status-gpu")).ToHaveTextAsync("error", new() { Timeout = 60_000 });
        await Expect(visit.Find("area-gpu")).ToContainTextAsync("box: gpu: ");
        await visit.GoAsync("hosts");
        await visit.Find("choice-gpu").ClickAsync();
        await Expect(visit.Host("box")).ToBeVisibleAsync();

        gpu.Reset();
        await Expect(visit.Host("box").GetByTestId("gpu").Locator("polyline")).ToHaveCountAsync(2, new() { Timeout = 60_000 });
        await CloseAsync();
    }

    [Fact]
    public async Task A_host_that_was_offline_from_the_start_is_shown()
    {
        var visit = await OpenAsync((hosts, overview) =>
        {
            foreach (var host in hosts)
            {
                host["has_gpu"] = false;
                host["gpus"] = new JsonArray();
            }

            overview["gpu"] = new JsonObject { ["status"] = "error", ["host"] = "away" };
        });

        await Expect(visit.Find("status-gpu")).ToHaveTextAsync("error");
        await Expect(visit.Find("area-gpu")).ToContainTextAsync("away");
    }

    [Fact]
    public async Task A_degraded_host_counts_as_answering_everywhere()
    {
        var visit = await OpenAsync((hosts, _) =>
        {
            var box = hosts.First(h => h.Text("hostname") == "box");
            (box["status"], box["reason"]) = ("degraded", "tmux: command_missing: tmux is not installed");
        });

        await Expect(visit.Find("strip")).ToContainTextAsync("4/5hosts answering, 1 degraded, 1 offline");
        await Expect(visit.Find("overall")).ToHaveTextAsync("1 host offline, 1 host degraded");
        await visit.GoAsync("hosts");
        await Expect(visit.Find("hosts-count")).ToHaveTextAsync("5 hosts: 4 answering, 1 degraded, 1 offline");
        await Expect(visit.Visible("host-status").Filter(new() { HasText = "degraded" })).ToHaveCountAsync(1);
        await Expect(visit.Visible("host-status").Filter(new() { HasText = "offline" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Configured_thresholds_decide_when_a_GPU_is_too_hot()
    {
        var visit = await OpenAsync(
            (hosts, _) =>
            {
                var gpu = hosts.First(h => h.Text("hostname") == "box")["gpus"]![0]!;
                (gpu["utilization_percent"], gpu["temperature_c"], gpu["temperature_limit_c"]) = (50, 71, null);
            },
            config => config["thresholds"]!["gpu_temperature_critical_celsius"] = 70);

        await Expect(visit.Find("status-gpu")).ToHaveTextAsync("degraded");
        await Expect(visit.Find("area-gpu")).ToContainTextAsync("box: 71 °C, above the limit of 70 °C");
    }

    [Fact]
    public async Task A_GPU_shows_its_memory_temperature_and_what_is_wrong_with_it()
    {
        async Task<ILocator> SeenAsync(int utilization, bool isUnified = false)
        {
            var visit = await OpenAsync((hosts, _) => Change(hosts, utilization, isUnified));
            await visit.GoAsync("hosts");
            return visit.Host("box");
        }

        static void Change(IReadOnlyList<JsonNode> hosts, int utilization, bool isUnified)
        {
            var gpu = hosts.First(h => h.Text("hostname") == "box")["gpus"]![0]!;
            (gpu["utilization_percent"], gpu["memory_temperature_c"], gpu["memory_unified"]) = (utilization, 72, isUnified);
            gpu["pcie"] = new JsonObject { ["generation"] = 4, ["generation_max"] = 5, ["width"] = 8, ["width_max"] = 16 };
            gpu["memory_repairs"] = new JsonObject { ["remapping_pending"] = !isUnified, ["retired_pages"] = isUnified ? null : 2 };
        }

        var busy = await SeenAsync(90);
        await Expect(busy.GetByTestId("gpu")).ToContainTextAsync("memory 72 °C");
        await Expect(busy.Locator(".gpu .warn.small")).ToHaveTextAsync(
            "memory repair needs a reset, 2 retired pages, PCIe 4 x8 of 5 x16");
        await Expect((await SeenAsync(10)).Locator(".gpu .warn.small")).ToHaveTextAsync(
            "memory repair needs a reset, 2 retired pages");
        await Expect((await SeenAsync(90, isUnified: true)).Locator(".gpu .warn.small")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_fully_used_GPU_is_ok_and_one_above_its_own_temperature_limit_is_degraded()
    {
        Task<Visit> SeenAsync(int celsius) => OpenAsync((hosts, _) =>
        {
            var gpu = hosts.First(h => h.Text("hostname") == "box")["gpus"]![0]!;
            (gpu["utilization_percent"], gpu["temperature_c"], gpu["temperature_limit_c"]) = (100, celsius, 95);
        });

        await Expect((await SeenAsync(95)).Find("status-gpu")).ToHaveTextAsync("ok");
        var hot = await SeenAsync(96);
        await Expect(hot.Find("status-gpu")).ToHaveTextAsync("degraded");
        await Expect(hot.Find("area-gpu")).ToContainTextAsync("box: 96 °C, above the limit of 95 °C");
    }

    [Theory]
    [InlineData("provider", "All 2 healthy.")]
    [InlineData("gateway", "All 2 healthy")]
    [InlineData("tunnel", "All 2 reachable.")]
    public async Task A_failing_target_is_shown_though_the_first_of_its_kind_is_healthy(string kind, string okText)
    {
        JsonObject Target(string name, bool fails) => new()
        {
            ["status"] = fails ? "error" : "ok",
            ["kind"] = kind,
            ["name"] = name,
            ["reason"] = fails ? "refused: Connection refused" : null,
            ["consecutive_failures"] = fails ? 3 : 0,
        };
        var second = await OpenAsync((_, overview) => overview["targets"] = new JsonArray(Target("one", false), Target("two", true)));
        await Expect(second.Find($"status-{kind}")).ToHaveTextAsync("error");
        await Expect(second.Find($"area-{kind}")).ToContainTextAsync("two: refused: Connection refused, 3 failures in a row");
        await Expect(second.Find($"area-{kind}").Locator(".lines a").First).ToHaveTextAsync("two");

        var both = await OpenAsync((_, overview) => overview["targets"] = new JsonArray(Target("one", false), Target("two", false)));
        await Expect(both.Find($"status-{kind}")).ToHaveTextAsync("ok");
        await Expect(both.Find($"area-{kind}")).ToContainTextAsync(okText);
    }

    /// <summary>The browser's clock is an hour ahead.</summary>
    [Fact]
    public async Task Ages_of_gateway_sessions_use_the_services_clock()
    {
        var visit = await OpenAsync(
            (_, overview) =>
            {
                overview["timestamp"] = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
                overview["targets"] = new JsonArray(new JsonObject { ["status"] = "ok", ["kind"] = "gateway", ["name"] = "claw" });
                var session = new JsonObject { ["key"] = "main", ["session_key"] = "agent:main", ["age_seconds"] = 330 };
                overview["gateway"] = new JsonObject { ["status"] = "ok", ["gateway_ok"] = true, ["sessions"] = new JsonArray(session) };
            },
            script: "{ const now = Date.now; Date.now = () => now() + 3600e3; }");

        await Expect(visit.Find("area-gateway").Locator("li").Filter(new() { HasText = "agent:main" })).ToContainTextAsync("5m");
    }

    /// <summary>Opens the page with modified responses of the service.</summary>
    private Task<Visit> OpenAsync(Action<IReadOnlyList<JsonNode>, JsonNode> change, Action<JsonNode>? configure = null, string script = "") =>
        VisitAsync(fleet.Exporter, new("overview", Prepare: async page =>
        {
            await page.AddInitScriptAsync(script + ";");
            // Without a WebSocket the page polls the routes below.
            await page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync());
            var hosts = await fleet.Exporter.JsonAsync("/api/hosts");
            var overview = await fleet.Exporter.JsonAsync("/api/overview");
            var config = await fleet.Exporter.JsonAsync("/api/config");
            change([.. hosts.List("items")], overview);
            configure?.Invoke(config);
            foreach (var (path, body) in (IEnumerable<(string, JsonNode)>)[("hosts", hosts), ("overview", overview), ("config", config)])
            {
                var text = body.ToJsonString();
                await page.RouteAsync($"**/api/{path}*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = text }));
            }
        }));
}
