using System.Globalization;
using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;

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
