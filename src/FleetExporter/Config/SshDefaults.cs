namespace FleetExporter.Config;

/// <summary>The section <c>ssh:</c>: what every host starts from, and what is shared by all of them.</summary>
internal sealed record SshDefaults
{
    /// <summary>What a host has that says nothing else.</summary>
    public required SshConfig Host { get; init; }

    /// <summary>Connections being made at once, over all hosts. 1 to 256; default 16.</summary>
    public int MaxConnecting { get; init; } = 16;

    /// <summary>Absolute folders below which connections made by the API may have their keys. Default none.</summary>
    public ValueList<string> KeyDirs { get; init; } = [];

    /// <summary><see cref="KeyDirs"/>, or the folder of <c>key_file</c> where none is given; empty where that is missing too.</summary>
    public IReadOnlyList<string> KeyFolders => KeyDirs.Count > 0 ? KeyDirs : Host.KeyFile is { } key ? [Path.GetDirectoryName(key)!] : [];
}
