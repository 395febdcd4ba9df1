using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The GPUs of the fleet in one table, and the processes of a host.</summary>
public sealed class GpusTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_GPU_has_a_row_with_its_state_and_its_user()
    {
        var visit = await VisitAsync(fleet.Exporter, new("gpus"));
        var row = visit.Page.Locator("[data-gpu='box/0']");

        await Expect(row.GetByTestId("gpu-who")).ToContainTextAsync(fleet.Box.User.Name);
        await Expect(row).ToContainTextAsync("in use");
        await Expect(row.GetByTestId("gpu-memory")).ToContainTextAsync("GiB");
        await Expect(visit.Find("gpus-count")).ToHaveTextAsync("2 GPUs, 0 free");

        await visit.Find("gpus-group").SelectOptionAsync("user");
        await Expect(visit.Find("gpu-group").Filter(new() { HasText = fleet.Box.User.Name }).First).ToBeVisibleAsync();
        await visit.Find("gpus-filter").FillAsync("box h100");
        await Expect(visit.Find("gpu-line")).ToHaveCountAsync(1);
        await visit.Find("gpus-filter").FillAsync("free");
        await Expect(visit.Find("gpu-line")).ToHaveCountAsync(0);
        await Expect(visit.Find("view-gpus").GetByTestId("notice-empty")).ToContainTextAsync("No GPU matches");
        await visit.Find("gpus-filter").FillAsync("");
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(visit.Find("gpu-process-owner").First).ToContainTextAsync($"{fleet.Box.User.Name} · tmux {SmallFleet.TrainingSession}");
    }

    [Fact]
    public async Task Rows_are_ordered_and_grouped()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\n", null, "--simulate", "10");
        await exporter.UntilAsync("all GPUs", p => p.Of("fleet_gpu_free").Count() == 27);
        var visit = await VisitAsync(exporter, new("gpus"));
        await Expect(visit.Find("gpu-line")).ToHaveCountAsync(28);

        await visit.Find("gpus-group").SelectOptionAsync("model");
        await Expect(visit.Find("gpu-group")).ToContainTextAsync(["NVIDIA GB10", "NVIDIA GeForce RTX 3090", "NVIDIA H100"]);
        await visit.Find("gpus-group").SelectOptionAsync("none");
        await visit.Find("gpus-sort").SelectOptionAsync("temperature");
        var shown = await visit.Find("gpu-temperature").AllTextContentsAsync();
        var degrees = shown.Select(t => int.TryParse(t.Split(' ')[0], out var c) ? c : -1).ToList();
        Assert.Equal(degrees.OrderDescending(), degrees);
        await CloseAsync();
    }

    [Fact]
    public async Task The_processes_of_a_host_are_asked_for_when_they_are_unfolded()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts/box"));
        var processes = visit.Find("host-processes");
        await Expect(processes.Locator("tbody tr")).ToHaveCountAsync(0);

        await processes.Locator("summary").ClickAsync();

        await Expect(processes.Locator("tbody tr").First).ToBeVisibleAsync();
        // All hosts of this fleet are this machine, on which the service runs.
        await Expect(processes).ToContainTextAsync("fleet-exporter");
    }
}
