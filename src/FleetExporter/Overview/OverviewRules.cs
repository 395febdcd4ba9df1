namespace FleetExporter.Overview;

/// <summary>Status of a part and of the whole.</summary>
public enum PartStatus
{
    Ok,

    /// <summary>It works, but not as it should; also a part that has not been asked yet.</summary>
    Degraded,

    Error,
}

/// <summary>How facts become a status. Pure: a table in the tests says what comes of what.</summary>
internal static class OverviewRules
{
    /// <param name="there">Whether there is a value of now, and the driver does not call the GPU faulty.</param>
    /// <param name="limitCelsius">Its own limit; where it reports none, <c>gpu_temperature_critical_celsius</c>.</param>
    public static PartStatus Gpu(bool asked, bool there, double? temperatureCelsius, double limitCelsius) =>
        !asked ? PartStatus.Degraded
        : !there ? PartStatus.Error
        : temperatureCelsius > limitCelsius ? PartStatus.Degraded
        : PartStatus.Ok;

    /// <param name="unitActive">Null where the provider has no unit, its host does not tell, or it does not matter.</param>
    public static PartStatus Provider(bool asked, bool healthy, bool loading, bool? unitActive = null) =>
        asked && !healthy && !loading ? PartStatus.Error
        : healthy && !loading && unitActive != false ? PartStatus.Ok
        : PartStatus.Degraded;

    /// <summary>That of the provider, but that one which fails while its unit is active may still be starting.</summary>
    public static PartStatus Heartbeat(bool asked, bool healthy, bool loading, bool? unitActive) =>
        Provider(asked, healthy, loading, unitActive) switch
        {
            PartStatus.Error when unitActive == true => PartStatus.Degraded,
            var status => status,
        };

    /// <param name="channelsOk">Null where nothing is known of channels.</param>
    public static PartStatus Gateway(bool asked, bool ok, bool? channelsOk) =>
        asked && !ok ? PartStatus.Error : !asked || channelsOk == false ? PartStatus.Degraded : PartStatus.Ok;

    public static PartStatus Tunnel(bool asked, bool reachable, bool? unitActive) =>
        reachable ? PartStatus.Ok : !asked || unitActive == true ? PartStatus.Degraded : PartStatus.Error;

    /// <param name="up">Services that are ok.</param>
    /// <param name="down">Services that fail; those that load or have not been asked yet are neither.</param>
    public static PartStatus Multimodal(int up, int down, int total) =>
        down == total ? PartStatus.Error : up == total ? PartStatus.Ok : PartStatus.Degraded;

    /// <param name="parts">Of the configured parts and targets, without the heartbeat.</param>
    public static PartStatus Overall(IEnumerable<PartStatus> parts) =>
        parts.Aggregate(PartStatus.Ok, (worst, part) => part > worst ? part : worst);
}
