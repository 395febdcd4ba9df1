namespace FleetExporter.Config;

/// <summary>One watched host. Two with the same values are equal: a reload restarts only the hosts that differ.</summary>
internal sealed record HostConfig
{
    /// <summary>Unique; the label <c>host</c>. A letter or digit, then up to 62 of letters, digits, <c>.</c>, <c>_</c>, space and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is reached over SSH. Default null: it is this machine, read without SSH.</summary>
    public HostAddress? Address { get; init; }

    /// <summary>Labels of the operator's own, by Prometheus label name. Default none.</summary>
    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>Whether GPUs are watched. Default auto.</summary>
    public Toggle Gpu { get; init; } = Toggle.Auto;

    /// <summary>How tmux sessions are watched.</summary>
    public TmuxConfig Tmux { get; init; } = TmuxConfig.Default;

    /// <summary>systemd units to watch. Default none.</summary>
    public ValueList<UnitName> Units { get; init; } = [];

    /// <summary>Which commands may be run. Default none.</summary>
    public ExecConfig Exec { get; init; } = ExecConfig.Off;

    /// <summary>Whole commands that may be run where the policy is an allow-list. Default none.</summary>
    public ValueList<string> Commands { get; init; } = [];

    /// <summary>
    /// Number of the simulated machine that stands for the host in a demonstration; null for a real one. No key of the file sets it.
    /// </summary>
    public int? Simulated { get; init; }

    /// <summary>Set where the host is not asked and pushes by itself. No key of the file's hosts sets it.</summary>
    public DeviceConfig? Device { get; init; }

    /// <summary>How it is reached; without meaning when <see cref="Address"/> is null.</summary>
    public required SshConfig Ssh { get; init; }
}
