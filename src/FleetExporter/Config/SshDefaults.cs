namespace FleetExporter.Config;

/// <summary>The section <c>ssh:</c>: what every host starts from, and what is shared by all of them.</summary>
public sealed record SshDefaults
{
    /// <summary>What a host has that says nothing else.</summary>
    public required SshConfig Host { get; init; }

    /// <summary>Connections being made at once, over all hosts. 1 to 256; default 16.</summary>
    public int MaxConnecting { get; init; } = 16;
}
