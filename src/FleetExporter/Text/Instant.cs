namespace FleetExporter.Text;

/// <summary>
/// A moment by both clocks: wall clock for display and storage, monotonic clock for comparison. Ages and deadlines do not depend on the wall
/// clock being set.
/// </summary>
/// <param name="Time">By the wall clock, in UTC.</param>
/// <param name="Elapsed">By the monotonic clock, with one origin per process.</param>
internal readonly record struct Instant(DateTimeOffset Time, TimeSpan Elapsed) : IComparable<Instant>
{
    public static TimeSpan operator -(Instant later, Instant earlier) => later.Elapsed - earlier.Elapsed;

    public static Instant operator +(Instant instant, TimeSpan time) => new(instant.Time + time, instant.Elapsed + time);

    public static bool operator <(Instant left, Instant right) => left.CompareTo(right) < 0;

    public static bool operator <=(Instant left, Instant right) => left.CompareTo(right) <= 0;

    public static bool operator >(Instant left, Instant right) => left.CompareTo(right) > 0;

    public static bool operator >=(Instant left, Instant right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// <see cref="Time"/>, corrected if the wall clock was set by more than a second since.
    /// </summary>
    public DateTimeOffset TimeAsOf(Instant now)
    {
        var moved = now.Time - Time - (now - this);
        return moved.Duration() > TimeSpan.FromSeconds(1) ? Time + moved : Time;
    }

    /// <summary><see cref="TimeAsOf"/> as Unix time in seconds, as in metrics.</summary>
    public double SecondsAsOf(Instant now) => TimeAsOf(now).ToUnixTimeMilliseconds() / 1000.0;

    public int CompareTo(Instant other) => Elapsed.CompareTo(other.Elapsed);
}

internal static class TimeProviderExtensions
{
    /// <summary>The current moment by both clocks.</summary>
    public static Instant Now(this TimeProvider clock) => new(clock.GetUtcNow(), clock.Elapsed());

    /// <summary>Time by the monotonic clock, with one origin per process.</summary>
    /// <remarks>Integer arithmetic: the framework's conversion through a double loses precision.</remarks>
    public static TimeSpan Elapsed(this TimeProvider clock)
    {
        var (timestamp, frequency) = (clock.GetTimestamp(), clock.TimestampFrequency);
        return new TimeSpan(frequency % TimeSpan.TicksPerSecond == 0
            ? timestamp / (frequency / TimeSpan.TicksPerSecond)
            : (long)((Int128)timestamp * TimeSpan.TicksPerSecond / frequency));
    }
}
