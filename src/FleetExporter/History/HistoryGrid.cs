namespace FleetExporter.History;

/// <summary>
/// The steps of an answer: each begins at a multiple of its length, so that a later answer has the same steps, and has the values from its begin to
/// its end.
/// </summary>
/// <param name="First">Begin of the first step.</param>
/// <param name="Count">Number of steps.</param>
/// <param name="To">End of the period; the last step may end after it.</param>
internal sealed record HistoryGrid(DateTimeOffset First, TimeSpan Step, int Count, DateTimeOffset To)
{
    /// <summary>From here on, the step that is not over yet is part of the answer.</summary>
    public static readonly TimeSpan LongStep = TimeSpan.FromMinutes(5);

    /// <summary>The longest period.</summary>
    public static readonly TimeSpan MaxPeriod = TimeSpan.FromDays(400);

    /// <summary>How many steps a period has at most.</summary>
    internal const int MaxSteps = 366;

    private static readonly TimeSpan[] Steps =
    [
        .. ((int[])[15, 30, 60, 120, 300, 600, 900, 1800]).Select(s => TimeSpan.FromSeconds(s)),
        .. ((int[])[1, 2, 3, 6, 12, 24, 48]).Select(h => TimeSpan.FromHours(h)),
    ];

    public DateTimeOffset Last => First + ((Count - 1) * Step);

    /// <summary>Begins of the steps in milliseconds since 1970.</summary>
    public long[] Times()
    {
        var (first, step) = (First.ToUnixTimeMilliseconds(), (long)Step.TotalMilliseconds);
        return [.. Enumerable.Range(0, Count).Select(i => first + (i * step))];
    }

    /// <summary>The step that a moment is in; null before the first and after the last one.</summary>
    public int? IndexOf(DateTimeOffset time)
    {
        var index = (time - First).Ticks / (double)Step.Ticks;
        return index >= 0 && index < Count ? (int)index : null;
    }

    /// <param name="from">Before <paramref name="to"/>, by <see cref="MaxPeriod"/> at most.</param>
    /// <param name="to">Not in the future.</param>
    /// <param name="minStep">The steps are not shorter, unless it exceeds two days.</param>
    public static HistoryGrid Of(DateTimeOffset from, DateTimeOffset to, TimeSpan minStep, DateTimeOffset now)
    {
        var step = Array.Find(Steps, s => s >= minStep && (to - from) / s <= MaxSteps - 1);
        step = step == default ? Steps[^1] : step;
        var first = Floor(from, step);
        // A short step that is not over yet is left out.
        var last = step < LongStep && Floor(now, step) - step < to ? Floor(now, step) - step : Floor(to - TimeSpan.FromTicks(1), step);
        return new HistoryGrid(first, step, Math.Max(1, (int)((last - first) / step) + 1), to);
    }

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan step)
    {
        var since = (time - DateTimeOffset.UnixEpoch).Ticks;
        return DateTimeOffset.UnixEpoch.AddTicks(since - (since % step.Ticks));
    }
}
