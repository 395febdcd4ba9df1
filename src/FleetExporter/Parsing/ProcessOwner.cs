namespace FleetExporter.Parsing;

/// <summary>To whom a process on a host belongs, from /proc. Null where it belongs to none of the kind.</summary>
/// <param name="StartTicks">Start in ticks of 1/100 s since boot; identifies the process together with the pid. Null where unreadable.</param>
/// <param name="User">Login name of the user who runs it, or its number where the host knows no name.</param>
internal sealed record ProcessOwner(int Pid, long? StartTicks, string User)
{
    public ContainerId? Container { get; init; }

    /// <summary>UID of its Kubernetes pod.</summary>
    public string? Pod { get; init; }

    public string? SlurmJob { get; init; }

    /// <summary>Its systemd service, of the system or of a user.</summary>
    public string? Unit { get; init; }
}

/// <summary>A container of a host.</summary>
/// <param name="Runtime">docker, podman, containerd, crio, lxc, nspawn, or <c>unknown</c>.</param>
/// <param name="Id">64 hexadecimal digits; for lxc and nspawn its name.</param>
internal sealed record ContainerId(string Runtime, string Id)
{
    /// <summary>As engines print it: 12 digits, or the name.</summary>
    public string ShortId => Id.Length == 64 ? Id[..12] : Id;
}
