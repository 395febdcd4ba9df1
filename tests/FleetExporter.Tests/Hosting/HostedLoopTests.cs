using System.Globalization;
using System.Text;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Hosting;

/// <summary>A loop that throws unexpectedly is counted and restarted.</summary>
public sealed class HostedLoopTests
{
    private readonly FakeClock _clock = new();
    private readonly ExporterMetrics _metrics = new();
    private readonly LoopDependencies _parts;

    public HostedLoopTests() => _parts = new LoopDependencies(new LoopMetrics(_metrics), _clock, NullLogger<HostedLoop>.Instance);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failing_loop_is_counted_and_restarted_after_a_delay()
    {
        using var loop = new Failing(_parts, failures: 2);
        await loop.StartAsync(Stop);

        for (var failure = 0; failure < 2; failure++)
        {
            await SleepsAsync(loop);
            Assert.Equal(failure + 1, await FailuresAsync("jobs"));
            Assert.False(loop.Runs.IsCompleted);
            _clock.Advance(HostedLoop.RestartDelay);
        }

        await loop.Runs.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.Equal(2, await FailuresAsync("jobs"));
        Assert.Equal(0, await FailuresAsync("alerts"));
        await loop.StopAsync(Stop);
        Assert.True(loop.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Equal(2, await FailuresAsync("jobs"));
    }

    [Fact]
    public async Task An_unrequested_cancellation_is_a_failure_and_restarts_the_loop()
    {
        using var loop = new Failing(_parts, failures: 1, new OperationCanceledException("a request that took too long"));
        await loop.StartAsync(Stop);

        await SleepsAsync(loop);
        _clock.Advance(HostedLoop.RestartDelay);

        await loop.Runs.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.Equal(1, await FailuresAsync("jobs"));
        await loop.StopAsync(Stop);
    }

    [Fact]
    public async Task A_loop_can_be_stopped_during_the_restart_delay()
    {
        using var loop = new Failing(_parts, failures: int.MaxValue);
        await loop.StartAsync(Stop);
        await SleepsAsync(loop);

        await loop.StopAsync(Stop);

        Assert.True(loop.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public void Every_hosted_loop_is_in_the_closed_set()
    {
        var loops = typeof(HostedLoop).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(BackgroundService))).ToList();

        Assert.NotEmpty(loops);
        Assert.All(
            loops, loop => Assert.True(loop.IsSubclassOf(typeof(HostedLoop)), $"{loop.Name} would end the service, or itself, with its first bug"));
        Assert.Equal(Words.All<ExporterLoop>().Count, loops.Count);
    }

    private async Task SleepsAsync(HostedLoop loop)
    {
        while (_clock.PendingTimers == 0)
        {
            Assert.False(loop.ExecuteTask!.IsCompleted, "it has ended");
            await Task.Delay(1, Stop);
        }
    }

    private async Task<double> FailuresAsync(string loop)
    {
        using var page = new MemoryStream();
        await _metrics.WriteAsync(page, ExpositionFormat.Text, Stop);
        var lines = Encoding.UTF8.GetString(page.ToArray()).Split('\n');
        var line = lines.Single(l => l.StartsWith($"fleet_loop_failures_total{{loop=\"{loop}\"}} ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private sealed class Failing(LoopDependencies parts, int failures, Exception? error = null) : HostedLoop(ExporterLoop.Jobs, parts)
    {
        private readonly TaskCompletionSource _runs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = failures;

        public Task Runs => _runs.Task;

        protected override async Task RunAsync(CancellationToken stop)
        {
            await Task.Yield();
            if (_left-- > 0)
            {
                throw error ?? new InvalidOperationException("a bug");
            }

            _runs.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }
    }
}
