namespace FleetExporter.Config;

/// <summary>One watched host. Compared by value: a reload restarts only changed hosts.</summary>
internal sealed record HostConfig
{
    /// <summary>Unique; the label <c>host</c>. A letter or digit, then up to 62 of letters, digits, <c>.</c>, <c>_</c>, space and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SSH address. Default null: the local machine, read without SSH.</summary>
    public HostAddress? Address { get; init; }

    /// <summary>Additional labels, by Prometheus label name. Default none.</summary>
    public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

    /// <summary>Whether GPUs are watched. Default auto.</summary>
    public Toggle Gpu { get; init; } = Toggle.Auto;

    /// <summary>How nvidia-smi is run. Default auto.</summary>
    public GpuPolling GpuPolling { get; init; } = GpuPolling.Auto;

    /// <summary>Whether profiling values of GPUs are read. Default false.</summary>
    public bool GpuProfiling { get; init; }

    /// <summary>How tmux sessions are watched.</summary>
    public TmuxConfig Tmux { get; init; } = TmuxConfig.Default;

    /// <summary>systemd units to watch. Default none.</summary>
    public ValueList<UnitName> Units { get; init; } = [];

    /// <summary>Execution policy. Default off.</summary>
    public ExecConfig Exec { get; init; } = ExecConfig.Off;

    /// <summary>Allowed commands for the policy <c>allow_list</c>. Default none.</summary>
    public ValueList<string> Commands { get; init; } = [];

    /// <summary>
    /// Number of the simulated host; null for a real one. Not set by fleet.yml.
    /// </summary>
    public int? Simulated { get; init; }

    /// <summary>Set for a device, which is not polled. Not set by entries of <c>hosts</c>.</summary>
    public DeviceConfig? Device { get; init; }

    /// <summary>SSH settings; ignored when <see cref="Address"/> is null.</summary>
    public required SshConfig Ssh { get; init; }
}
