using FleetExporter.Config;

namespace FleetExporter.Polling.Snapshots;

/// <summary>Judges the last push of a device by its age.</summary>
internal static class DevicePush
{
    public static bool IsFresh(DeviceConfig device, Instant? lastPush, Instant now) => lastPush is { } at && now - at <= device.StaleAfter;

    /// <summary>The device's problem in one line; null while its last push is fresh.</summary>
    public static string? Problem(DeviceConfig device, Instant? lastPush, Instant now) =>
        IsFresh(device, lastPush, now) ? null
        : lastPush is { } at
            ? FormattableString.Invariant(
                $"no valid push for {(now - at).TotalSeconds:0} s; stale_after is {Duration.Format(device.StaleAfter)}")
            : "no push received yet";
}
