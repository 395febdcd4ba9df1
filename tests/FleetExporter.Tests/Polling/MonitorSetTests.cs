using System.Globalization;
using System.Text;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Polling;

/// <summary>Monitors that end when stopped, and one that does not.</summary>
public sealed class MonitorSetTests
{
    private readonly FakeClock _clock = new();
    private readonly ExporterMetrics _metrics = new();
    private readonly MonitorSet<Monitor> _set;

    public MonitorSetTests() => _set = new MonitorSet<Monitor>(new PollMetrics(_metrics), _clock, NullLogger.Instance);

    [Fact]
    public async Task A_monitor_that_does_not_end_is_replaced_after_two_seconds_and_counted()
    {
        var (stuck, next, other) = (new Monitor("a", ends: false), new Monitor("a"), new Monitor("b"));
        await ApplyAsync(stuck);

        var applied = ApplyAsync(next, other);

        Assert.True(stuck.Closed);
        Assert.Same(next, _set.Find("a"));
        await other.Started;
        Assert.False(applied.IsCompleted);
        Assert.False(next.Started.IsCompleted);
        await AdvanceAsync(TimeSpan.FromSeconds(2), applied);
        await next.Started;
        Assert.Equal(1, await AbandonedAsync());
    }

    [Fact]
    public async Task While_one_monitor_does_not_end_others_start_and_stop()
    {
        await ApplyAsync(new Monitor("a", ends: false));
        var ending = ApplyAsync();
        var later = new Monitor("b");

        await ApplyAsync(later);
        await later.Started;
        await ApplyAsync();

        Assert.True(later.Closed);
        Assert.False(ending.IsCompleted);
        await AdvanceAsync(TimeSpan.FromSeconds(2), ending);
    }

    [Fact]
    public async Task Kept_monitors_keep_running_and_those_that_end_in_time_are_not_counted()
    {
        var (kept, gone) = (new Monitor("a"), new Monitor("b"));
        await ApplyAsync(kept, gone);
        await kept.Started;

        await _set.ApplyAsync([("a", () => throw new InvalidOperationException("it is there"))], m => m == kept);

        Assert.Equal((false, true), (kept.Closed, gone.Closed));
        await _set.EndAllAsync();
        Assert.True(kept.Closed);
        Assert.Empty(_set.Monitors);
        Assert.Equal(0, await AbandonedAsync());
    }

    private Task ApplyAsync(params Monitor[] monitors) =>
        _set.ApplyAsync(monitors.Select(m => (m.Name, (Func<Monitor>)(() => m))), static _ => false);

    /// <summary>The timer of the grace period is created on another thread.</summary>
    private async Task AdvanceAsync(TimeSpan time, Task until)
    {
        while (_clock.PendingTimers == 0)
        {
            await Task.Yield();
        }

        _clock.Advance(time);
        await until.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private async Task<double> AbandonedAsync()
    {
        using var page = new MemoryStream();
        await _metrics.WriteAsync(page, ExpositionFormat.Text, TestContext.Current.CancellationToken);
        var lines = Encoding.UTF8.GetString(page.ToArray()).Split('\n');
        var line = lines.Single(l => l.StartsWith("fleet_monitors_abandoned_total ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private sealed class Monitor(string name, bool ends = true) : IMonitor
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public Task Started => _started.Task;

        public bool Closed { get; private set; }

        public async Task RunAsync(CancellationToken stop)
        {
            _started.TrySetResult();
            await Task.Delay(Timeout.Infinite, ends ? stop : CancellationToken.None);
        }

        public void Close() => Closed = true;
    }
}
