using System.IO.Pipelines;
using System.Text;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Polling;

/// <summary>The cached sample lines of hosts give the same page as rendering everything anew.</summary>
public sealed class RenderedHostsTests : IDisposable
{
    private readonly DroppedSeries _dropped = new(new ExporterMetrics());
    private readonly RenderedHosts _rendered;

    public RenderedHostsTests() => _rendered = new RenderedHosts(_dropped);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_page_is_that_of_all_hosts_rendered_together(bool openMetrics)
    {
        await using var fleet = await ReplayFleet.StartAsync(
            "hosts: [{ name: a, address: a.lan }, { name: b, address: b.lan }, { name: c, address: c.lan }]");
        var format = openMetrics ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
        using var together = new MetricsPage(_dropped);
        foreach (var host in fleet.State.Hosts)
        {
            HostPage.Write(together, host, fleet.Clock.Now());
        }

        var expected = together.ToString(format);

        Assert.Equal(expected, await PageAsync(fleet, format));
        Assert.Equal(expected, await PageAsync(fleet, format));
    }

    [Fact]
    public async Task A_host_is_rendered_once_per_snapshot()
    {
        await using var fleet = await ReplayFleet.StartAsync();

        var first = Of(fleet);

        Assert.Same(first, Of(fleet));
        await fleet.PassAsync(TimeSpan.FromSeconds(10));
        Assert.NotSame(first, Of(fleet));
    }

    [Fact]
    public async Task A_text_does_not_change_while_it_is_held()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var first = Of(fleet);
        var expected = await PageAsync([first], ExpositionFormat.Text);

        for (var poll = 0; poll < 3; poll++)
        {
            await fleet.PassAsync(TimeSpan.FromSeconds(10));
            var next = Of(fleet);
            Assert.Equal(Rendered(fleet.Host(), fleet.Clock.Now()), await PageAsync([next], ExpositionFormat.Text));
            next.Release();
        }

        Assert.Equal(expected, await PageAsync([first], ExpositionFormat.Text));
    }

    [Fact]
    public async Task The_next_text_takes_the_memory_of_one_that_was_released()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var held = Of(fleet);
        var whileHeld = await AllocatedByNextAsync();
        var afterRelease = await AllocatedByNextAsync();

        Assert.InRange(afterRelease, 0, whileHeld - held.Length);
        Assert.Equal(Rendered(fleet.Host(), fleet.Clock.Now()), await PageAsync([Of(fleet)], ExpositionFormat.Text));

        async Task<long> AllocatedByNextAsync()
        {
            await fleet.PassAsync(TimeSpan.FromSeconds(10));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var next = Of(fleet);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            next.Release();
            return allocated;
        }
    }

    [Fact]
    public async Task Readings_end_and_the_status_changes_without_a_new_snapshot()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var host = fleet.Host();
        var now = fleet.Clock.Now();
        var pages = new List<string>();

        for (var second = 0; second <= 40; second++)
        {
            pages.Add(await PageAsync([_rendered.Of(host, now + TimeSpan.FromSeconds(second), Fail)], ExpositionFormat.Text));
        }

        Assert.All(pages.Index(), p => Assert.Equal(Rendered(host, now + TimeSpan.FromSeconds(p.Index)), p.Item));
        Assert.InRange(pages.Distinct().Count(), 3, 8);
    }

    [Fact]
    public async Task Times_follow_a_wall_clock_that_is_set()
    {
        await using var fleet = await ReplayFleet.StartAsync();
        var before = Of(fleet);

        fleet.Clock.SetWall(TimeSpan.FromHours(1));

        Assert.NotSame(before, Of(fleet));
        Assert.Equal(Rendered(fleet.Host(), fleet.Clock.Now()), await PageAsync([Of(fleet)], ExpositionFormat.Text));
    }

    [Fact]
    public async Task Dropped_samples_count_in_every_page()
    {
        var metrics = new ExporterMetrics();
        using var rendered = new RenderedHosts(new DroppedSeries(metrics));
        await using var fleet = await ReplayFleet.StartAsync(prepare: f => f.Shell().Answer(
            "temperature", string.Concat(Enumerable.Range(0, 300).Select(i => $"T41000:::chip{i}:x\n"))));

        rendered.Of(fleet.Host(), fleet.Clock.Now(), Fail);
        rendered.Of(fleet.Host(), fleet.Clock.Now(), Fail);

        using var output = new MemoryStream();
        await metrics.WriteAsync(output, ExpositionFormat.Text, TestContext.Current.CancellationToken);
        Assert.Contains(
            "fleet_series_dropped_total{family=\"fleet_host_temperature_celsius\"} 88\n", Encoding.UTF8.GetString(output.ToArray()),
            StringComparison.Ordinal);
    }

    public void Dispose() => _rendered.Dispose();

    private static void Fail(string reading, Exception error) => throw error;

    private RenderedSamples Of(ReplayFleet fleet) => _rendered.Of(fleet.Host(), fleet.Clock.Now(), Fail);

    private string Rendered(HostSnapshot host, Instant now)
    {
        using var page = new MetricsPage(_dropped);
        HostPage.Write(page, host, now);
        return page.ToString();
    }

    private Task<string> PageAsync(ReplayFleet fleet, ExpositionFormat format) =>
        PageAsync([.. fleet.State.Hosts.Select(h => _rendered.Of(h, fleet.Clock.Now(), Fail))], format);

    private static async Task<string> PageAsync(IReadOnlyList<RenderedSamples> all, ExpositionFormat format)
    {
        using var output = new MemoryStream();
        var writer = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        await RenderedSamples.WriteAsync(writer, all, format, TestContext.Current.CancellationToken);
        format.WriteEnd(writer);
        await writer.CompleteAsync();
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
