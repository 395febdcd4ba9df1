namespace FleetExporter.Text;

/// <summary>
/// A moment by both clocks: the wall clock for what is shown and stored, the monotonic clock for what is compared. Setting the wall clock changes no
/// age and no deadline.
/// </summary>
/// <param name="Time">By the wall clock, in UTC.</param>
/// <param name="Elapsed">By the monotonic clock, since a start that is the same for the whole process.</param>
internal readonly record struct Instant(DateTimeOffset Time, TimeSpan Elapsed) : IComparable<Instant>
{
    public static TimeSpan operator -(Instant later, Instant earlier) => later.Elapsed - earlier.Elapsed;

    public static Instant operator +(Instant instant, TimeSpan time) => new(instant.Time + time, instant.Elapsed + time);

    public static bool operator <(Instant left, Instant right) => left.CompareTo(right) < 0;

    public static bool operator <=(Instant left, Instant right) => left.CompareTo(right) <= 0;

    public static bool operator >(Instant left, Instant right) => left.CompareTo(right) > 0;

    public static bool operator >=(Instant left, Instant right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// The moment by the wall clock of now: <see cref="Time"/>, moved along where the wall clock was set since by more than a second.
    /// </summary>
    public DateTimeOffset TimeAsOf(Instant now)
    {
        var moved = now.Time - Time - (now - this);
        return moved.Duration() > TimeSpan.FromSeconds(1) ? Time + moved : Time;
    }

    /// <summary>The same in seconds since 1970, as metrics have it.</summary>
    public double SecondsAsOf(Instant now) => TimeAsOf(now).ToUnixTimeMilliseconds() / 1000.0;

    public int CompareTo(Instant other) => Elapsed.CompareTo(other.Elapsed);
}

internal static class TimeProviderExtensions
{
    /// <summary>The current moment by both clocks.</summary>
    public static Instant Now(this TimeProvider clock) => new(clock.GetUtcNow(), clock.Elapsed());

    /// <summary>Time by the monotonic clock, since a start that is the same for the whole process.</summary>
    /// <remarks>In whole numbers: the framework's conversion by a double would make it stand still for moments.</remarks>
    public static TimeSpan Elapsed(this TimeProvider clock) =>
        new((long)((Int128)clock.GetTimestamp() * TimeSpan.TicksPerSecond / clock.TimestampFrequency));
}
