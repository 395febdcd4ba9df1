using System.Globalization;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Samples /proc/stat ten times a second to compute the load over any interval afterwards.</summary>
internal sealed class CpuRecorder : IAsyncDisposable
{
    private readonly List<(double At, double Busy, double All)> _readings = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _recording;

    public CpuRecorder() => _recording = RecordAsync();

    /// <summary>Busy share of all CPUs between two moments, in seconds since 1970; null when they are outside of what was recorded.</summary>
    public double? Busy(double from, double until)
    {
        lock (_readings)
        {
            return At(from) is { } a && At(until) is { } b && b.All > a.All ? (b.Busy - a.Busy) / (b.All - a.All) : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _recording.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private (double Busy, double All)? At(double moment)
    {
        var next = _readings.FindIndex(r => r.At >= moment);
        if (next < 1)
        {
            return null;
        }

        var (a, b) = (_readings[next - 1], _readings[next]);
        var share = (moment - a.At) / (b.At - a.At);
        return (a.Busy + (share * (b.Busy - a.Busy)), a.All + (share * (b.All - a.All)));
    }

    private async Task RecordAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            // user nice system idle iowait irq softirq steal; guest time is in user already.
            var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
                .Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            var idle = ticks[3] + ticks[4];
            lock (_readings)
            {
                _readings.Add((TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, ticks.Sum() - idle, ticks.Sum()));
            }
        }
        while (await timer.WaitForNextTickAsync(_stop.Token));
    }
}
