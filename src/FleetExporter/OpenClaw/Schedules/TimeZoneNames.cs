using System.Text.RegularExpressions;

namespace FleetExporter.OpenClaw.Schedules;

/// <summary>Time zones by their IANA name.</summary>
internal static partial class TimeZoneNames
{
    /// <returns>Null if this machine does not know it.</returns>
    /// <remarks>The framework reads the file of that name below its folder of time zones, so a name must not be a path out of it.</remarks>
    public static TimeZoneInfo? Find(string name) =>
        Name().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}\z")]
    private static partial Regex Name();
}
