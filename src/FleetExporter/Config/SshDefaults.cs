namespace FleetExporter.Config;

/// <summary>The section <c>ssh:</c>: defaults of all hosts, and settings shared by them.</summary>
internal sealed record SshDefaults
{
    /// <summary>Defaults of all hosts.</summary>
    public required SshConfig Host { get; init; }

    /// <summary>Concurrent connection attempts over all hosts. 1 to 256; default 16.</summary>
    public int MaxConnecting { get; init; } = 16;

    /// <summary>Absolute folders, besides <c>keys</c> in data_dir, of private keys that connections made by the API may use. Default none.</summary>
    public ValueList<string> KeyDirs { get; init; } = [];

    /// <summary><see cref="KeyDirs"/>, else the folder of <c>key_file</c>, else empty.</summary>
    public IReadOnlyList<string> KeyFolders => KeyDirs.Count > 0 ? KeyDirs : Host.KeyFile is { } key ? [Path.GetDirectoryName(key)!] : [];
}
