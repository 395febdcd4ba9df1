using FleetExporter.Config;

namespace FleetExporter.Polling.Snapshots;

/// <summary>Whether the last push of a device is recent enough.</summary>
internal static class DevicePush
{
    public static bool IsFresh(DeviceConfig device, Instant? lastPush, Instant now) => lastPush is { } at && now - at <= device.StaleAfter;

    /// <summary>The problem of the device, in one line; null while it pushes.</summary>
    public static string? Problem(DeviceConfig device, Instant? lastPush, Instant now) =>
        IsFresh(device, lastPush, now) ? null
        : lastPush is { } at
            ? FormattableString.Invariant(
                $"nothing has been pushed for {(now - at).TotalSeconds:0} s; its stale_after is {Duration.Format(device.StaleAfter)}")
            : "nothing has been pushed yet";
}
