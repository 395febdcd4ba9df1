namespace FleetExporter.Config;

/// <summary>SSH client for a host.</summary>
internal enum SshClientKind
{
    /// <summary>The built-in client, or OpenSSH where the host requires it.</summary>
    Auto,

    /// <summary>The built-in client: no child process, no <c>ssh</c> program.</summary>
    Builtin,

    /// <summary>The local <c>ssh</c> program.</summary>
    OpenSsh,
}
