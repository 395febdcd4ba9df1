using System.Globalization;
using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests;

/// <summary>
/// The tasks of docs/page.md, each with the number of clicks that it takes at most, at a desk and on a phone.
/// </summary>
public sealed partial class TasksTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    private const int Desk = 1400;
    private const int Phone = 360;

    private static readonly Lazy<IReadOnlyDictionary<string, int>> Limits = new(() => TaskRow()
        .Matches(File.ReadAllText(Repository.PathOf("docs", "page.md")))
        .ToDictionary(m => m.Groups[1].Value, m => int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task Log_in_from_the_printed_link(int width)
    {
        var printed = await Tool.RunAsync(Repository.Service, "login", "--config", fleet.Box.Folder.PathOf("fleet.yml"));
        var link = LoginLink().Match(printed.Output).Value;
        var visit = await VisitAsync(fleet.Exporter, new("hosts", Width: width));
        await Expect(visit.Find("login-button")).ToBeVisibleAsync();

        await visit.Page.GotoAsync(link);

        await Expect(visit.Find("logout-button")).ToBeVisibleAsync();
        Assert.DoesNotContain("login=", visit.Page.Url, StringComparison.Ordinal);
        AssertClicks("log in from the printed link", 1);
        // Once only.
        var second = await VisitAsync(fleet.Exporter, new("hosts", Width: width));
        second.ExpectStatus("/api/login", 401);
        await second.Page.GotoAsync(link);
        await Expect(second.Visible("toast")).ToContainTextAsync("did not log you in");
        await Expect(second.Find("login-button")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task Find_the_sick_host_and_the_cause(int width)
    {
        var (visit, clicks) = await OpenAsync("overview", width);
        await Expect(visit.Find("overall")).ToHaveTextAsync("1 host offline");

        await clicks.OnAsync("overall");

        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "away");
        await Expect(visit.Visible("host-reason")).ToContainTextAsync("refused");
        AssertClicks("find the sick host and the cause", clicks.Count);
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task See_the_temperature_of_a_GPU_over_the_last_week(int width)
    {
        var (visit, clicks) = await OpenAsync("overview", width);

        await clicks.OnAsync(visit.Find("area-gpu").GetByRole(AriaRole.Link, new() { Name = "box" }).First);
        await clicks.OnAsync("gpu-history-temperature");
        await clicks.OnAsync("choice-7d");

        await Expect(visit.Visible("history-subject")).ToHaveValueAsync("gpu:box/0");
        await Expect(visit.Visible("history-value")).ToHaveValueAsync("temperature");
        await Expect(visit.Visible("chart-series").First).ToContainTextAsync("°C");
        Assert.Contains("range=7d", visit.Page.Url, StringComparison.Ordinal);
        AssertClicks("the temperature of a GPU over the last week", clicks.Count);
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task See_who_uses_GPU_5_of_a_host(int width)
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\n", null, "--simulate", "3");
        await exporter.UntilHostAsync(
            "its processes", h => h["gpus"]!.AsArray() is { Count: 8 } gpus && gpus[5]!["processes"]!.AsArray().Count > 0, "gpu-server-1");
        var visit = await VisitAsync(exporter, new("overview", Width: width));
        var clicks = new Clicks(visit, width == Phone);

        await clicks.OnAsync(visit.Find("area-hosts").GetByRole(AriaRole.Link, new() { Name = "gpu-server-1" }).First);

        var user = (await exporter.HostAsync("gpu-server-1"))["gpus"]![5]!["processes"]![0]!.Text("user");
        // On a phone the users are below the line of their GPU.
        await Expect(visit.Visible("gpu").Nth(5).Locator(width == Phone ? "xpath=.." : "xpath=.")).ToContainTextAsync(user);
        AssertClicks("who uses GPU 5 of a host", clicks.Count);
        await CloseAsync();
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task Find_the_full_disk_and_read_the_journal_of_a_failed_unit(int width)
    {
        const string Unit = "fleet-broken.service";
        using var journal = new TestFolder();
        var setup = await TestJournal.WriteAsync(journal, Unit, ["starting", "no such file: /models/qwen.gguf"]);
        await using var machine = await WatchedMachine.StartAsync(setup: setup, path: folder => folder.PathOf("bin"));
        await Tool.RunAsync("usermod", "-a", "-G", "systemd-journal", machine.User.Name);
        machine.Folder.Write(
            "bin/df",
            "#!/bin/sh\necho 'Filesystem Type 1-blocks Used Available Capacity Mounted on'\n"
            + "echo '/dev/sda1 ext4 1000000000 980000000 20000000 98% /data'\n",
            executable: true);
        machine.Folder.Write(
            "bin/systemctl",
            $"#!/bin/sh\nprintf '%s\\n' Id={Unit} LoadState=loaded ActiveState=failed SubState=failed NRestarts=3\n",
            executable: true);
        await using var exporter = await Exporter.StartAsync(
            machine.Folder, machine.Config($"units: [{Unit}]") + SmallFleet.KeysYaml + "\n");
        await exporter.UntilAsync("disk and unit", p => p.Of("fleet_host_filesystem_size_bytes").Any() && p.Of("fleet_systemd_unit_state").Any());
        var visit = await VisitAsync(exporter, new("overview", SmallFleet.OperatorKey, width));
        var clicks = new Clicks(visit, width == Phone);

        await clicks.OnAsync(visit.Find("area-hosts").GetByRole(AriaRole.Link, new() { Name = "box" }).First);
        var disk = visit.Visible("filesystems-row").First;
        await Expect(disk).ToContainTextAsync("/data");
        await Expect(disk.Locator("td.bad")).ToHaveTextAsync("98 %");
        AssertClicks("find the full disk", clicks.Count);

        await Expect(visit.Visible("units-row").First).ToContainTextAsync("failed (failed)");
        await clicks.OnAsync("unit-journal");
        await Expect(visit.Visible("journal-lines")).ToContainTextAsync("no such file: /models/qwen.gguf");
        await Axe.CheckAsync(visit.Page, "the journal");
        AssertClicks("the journal of a failed unit", clicks.Count);
        await CloseAsync();
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task Find_the_certificate_that_ends_next(int width)
    {
        using var folder = new TestFolder();
        using var second = new TestFolder();
        await using var service = new ScriptedServer();
        service.Answer("/health", 200, """{"status":"ok"}""");
        var now = TimeProvider.System.GetUtcNow();
        var (late, soon) = (
            TestCertificate.Write(folder, "late", "127.0.0.1", now.AddDays(90)), TestCertificate.Write(second, "soon", "127.0.0.1", now.AddDays(9)));
        await using var lateServer = await NginxServer.StartAsync(folder, service.Url(), late);
        await using var soonServer = await NginxServer.StartAsync(second, service.Url(), soon);
        var stop = TestContext.Current.CancellationToken;
        var roots = folder.Write("roots.pem", $"{await File.ReadAllTextAsync(late.File, stop)}\n{await File.ReadAllTextAsync(soon.File, stop)}\n");
        await using var exporter = await Exporter.StartAsync(
            folder,
            $"""
            poll_interval: 1s
            hosts: []
            services:
              - name: a-late
                url: {lateServer.Url}/health
              - name: b-soon
                url: {soonServer.Url}/health

            """,
            new Dictionary<string, string?> { ["SSL_CERT_FILE"] = roots, ["SSL_CERT_DIR"] = folder.Make("certs") });
        await exporter.UntilAsync("both certificates", p => p.Of("fleet_service_certificate_expiry_timestamp_seconds").Count() == 2);
        var visit = await VisitAsync(exporter, new("overview", Width: width));
        var clicks = new Clicks(visit, width == Phone);

        await clicks.OnAsync("tab-targets");
        await clicks.SelectAsync("targets-order", "certificate");

        await Expect(visit.Visible("target").First).ToContainTextAsync("b-soon");
        await Expect(visit.Visible("target").First.Locator("td.bad")).ToHaveTextAsync(new Regex("^[89] days$"));
        AssertClicks("the certificate that ends next", clicks.Count);
        await CloseAsync();
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task See_the_history_of_a_tunnel(int width)
    {
        var (visit, clicks) = await OpenAsync("overview", width);

        await clicks.OnAsync("tab-targets");
        await clicks.OnAsync(visit.Visible("target-link").Filter(new() { HasText = "lab" }));

        await Expect(visit.Visible("state-bar")).ToHaveAttributeAsync("aria-label", new Regex("^up "));
        await Expect(visit.Visible("tunnel-parts").Locator("li").First).ToBeVisibleAsync();
        AssertClicks("the history of a tunnel", clicks.Count);
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task See_what_happened_last_night(int width)
    {
        var (visit, clicks) = await OpenAsync("overview", width);

        await clicks.OnAsync("tab-events");
        await clicks.OnAsync("choice-night");

        await Expect(visit.Visible("events-count")).ToHaveTextAsync(new Regex("^[0-9]+ event"));
        Assert.Contains("time=night", visit.Page.Url, StringComparison.Ordinal);
        AssertClicks("what happened last night", clicks.Count);
    }

    [Fact]
    public void Every_task_of_the_documentation_is_listed() => Assert.Equal(11, Limits.Value.Count);

    internal static void AssertClicks(string task, int count) => Assert.InRange(count, 0, Limits.Value[task]);

    private async Task<(Visit Visit, Clicks Clicks)> OpenAsync(string hash, int width)
    {
        var visit = await VisitAsync(fleet.Exporter, new(hash, SmallFleet.OperatorKey, width));
        await Expect(visit.Find("connection")).ToHaveTextAsync("live");
        return (visit, new Clicks(visit, width == Phone));
    }

    [GeneratedRegex(@"^\| ([^|`]+) \| (\d+) \|$", RegexOptions.Multiline)]
    private static partial Regex TaskRow();

    [GeneratedRegex(@"https?://\S+#login=\S+")]
    private static partial Regex LoginLink();
}
