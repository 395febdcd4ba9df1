namespace FleetExporter.History;

/// <summary>The closed list of values per kind of subject.</summary>
internal static class HistoryValues
{
    /// <summary>In the order of the documentation.</summary>
    public static IReadOnlyList<HistoryValue> Of(SubjectKind kind) => kind switch
    {
        SubjectKind.Host => HostValues.All,
        SubjectKind.Gpu => GpuValues.All,
        SubjectKind.Service => TargetValues.OfService,
        SubjectKind.Provider => TargetValues.OfProvider,
        SubjectKind.Gateway => TargetValues.OfGateway,
        _ => TargetValues.OfTunnel,
    };

    public static HistoryValue? Find(SubjectKind kind, string name) => Of(kind).FirstOrDefault(v => v.Name == name);
}
