namespace FleetExporter.Config;

/// <summary>Which commands the service may run on a host.</summary>
internal sealed record ExecConfig
{
    public static readonly ExecConfig Off = new();

    /// <summary>Default off.</summary>
    public ExecPolicy Policy { get; init; } = ExecPolicy.Off;

    /// <summary>The longest time limit a command may ask for. 1 s to 7 days; default 1 h.</summary>
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether this command may run: with an allow-list only one that equals an entry byte for byte.</summary>
    /// <param name="allowed">The host's <c>commands</c>.</param>
    public bool Allows(string command, IReadOnlyList<string> allowed) => Policy switch
    {
        ExecPolicy.Any => true,
        ExecPolicy.AllowList => allowed.Contains(command, StringComparer.Ordinal),
        _ => false,
    };
}
