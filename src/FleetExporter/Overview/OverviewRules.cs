namespace FleetExporter.Overview;

/// <summary>Status of a part, and overall.</summary>
public enum PartStatus
{
    Ok,

    /// <summary>It works with limitations; also a part that has not been polled yet.</summary>
    Degraded,

    Error,
}

/// <summary>Derives statuses. Pure; the tests list inputs and results in a table.</summary>
internal static class OverviewRules
{
    /// <param name="working">Whether there is a fresh reading and the driver reports no fault of the GPU.</param>
    /// <param name="limitCelsius">The GPU's limit; where it reports none, <c>gpu_temperature_critical_celsius</c>.</param>
    public static PartStatus Gpu(bool attempted, bool working, double? temperatureCelsius, double limitCelsius) =>
        !attempted ? PartStatus.Degraded
        : !working ? PartStatus.Error
        : temperatureCelsius > limitCelsius ? PartStatus.Degraded
        : PartStatus.Ok;

    /// <param name="unitActive">Null where the provider has no unit, its host does not report it, or it does not matter.</param>
    public static PartStatus Provider(bool attempted, bool healthy, bool loading, bool? unitActive = null) =>
        attempted && !healthy && !loading ? PartStatus.Error
        : healthy && !loading && unitActive != false ? PartStatus.Ok
        : PartStatus.Degraded;

    /// <summary>As for the provider, except that a failing one whose unit is active may still be starting.</summary>
    public static PartStatus Heartbeat(bool attempted, bool healthy, bool loading, bool? unitActive) =>
        Provider(attempted, healthy, loading, unitActive) switch
        {
            PartStatus.Error when unitActive == true => PartStatus.Degraded,
            var status => status,
        };

    /// <param name="channelsOk">Null while unknown.</param>
    public static PartStatus Gateway(bool attempted, bool ok, bool? channelsOk) =>
        attempted && !ok ? PartStatus.Error : !attempted || channelsOk == false ? PartStatus.Degraded : PartStatus.Ok;

    public static PartStatus Tunnel(bool attempted, bool reachable, bool? unitActive) =>
        reachable ? PartStatus.Ok : !attempted || unitActive == true ? PartStatus.Degraded : PartStatus.Error;

    /// <param name="up">Services that are ok.</param>
    /// <param name="down">Services that fail; those that are loading or not polled yet are neither.</param>
    public static PartStatus Multimodal(int up, int down, int total) =>
        down == total ? PartStatus.Error : up == total ? PartStatus.Ok : PartStatus.Degraded;

    /// <param name="parts">Statuses of the configured parts and targets, without the heartbeat.</param>
    public static PartStatus Overall(IEnumerable<PartStatus> parts) =>
        parts.Aggregate(PartStatus.Ok, (worst, part) => part > worst ? part : worst);
}
