namespace FleetExporter.Config;

/// <summary>Which SSH client reaches a host.</summary>
internal enum SshClientKind
{
    /// <summary>The built-in client, or OpenSSH's where only that can reach the host.</summary>
    Auto,

    /// <summary>The service's own client: no child process, no <c>ssh</c> on this machine.</summary>
    Builtin,

    /// <summary>The <c>ssh</c> program of this machine.</summary>
    OpenSsh,
}
