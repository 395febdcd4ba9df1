namespace FleetExporter.Config;

/// <summary>Execution policy of a host.</summary>
internal sealed record ExecConfig
{
    public static readonly ExecConfig Off = new();

    /// <summary>Default off.</summary>
    public ExecPolicy Policy { get; init; } = ExecPolicy.Off;

    /// <summary>Maximum timeout that a caller may request. 1 s to 7 days; default 1 h.</summary>
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether the command may run; with an allow-list, it must equal an entry byte for byte.</summary>
    /// <param name="allowed">The host's <c>commands</c>.</param>
    public bool Allows(string command, IReadOnlyList<string> allowed) => Policy switch
    {
        ExecPolicy.Any => true,
        ExecPolicy.AllowList => allowed.Contains(command, StringComparer.Ordinal),
        _ => false,
    };
}
