using System.Net;
using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>Where a connection comes from.</summary>
internal enum ConnectionSource
{
    /// <summary>A host of fleet.yml, read-only.</summary>
    File,

    Api,
}

/// <summary>A host that projects run on. Its key is a path, never the key.</summary>
internal sealed record Connection
{
    /// <summary>Given by the store.</summary>
    public string Id { get; init; } = "";

    /// <summary>Unique; never looks like an id.</summary>
    public required string Name { get; init; }

    public required string Hostname { get; init; }

    /// <summary>Null: as <c>ssh.user</c> says.</summary>
    public string? Username { get; init; }

    public string? SshKeyPath { get; init; }

    /// <summary>1 to 65535; null: ssh decides.</summary>
    public int? Port { get; init; }

    public bool IsActive { get; init; } = true;

    public DateTimeOffset? LastConnectedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ConnectionSource Source { get; init; } = ConnectionSource.Api;

    public ExecPolicy ExecPolicy { get; init; } = ExecPolicy.Any;

    /// <summary>
    /// Of the source <see cref="ConnectionSource.File"/>: <see cref="ServiceInstance.Id"/> of the exporter in whose fleet.yml it stands; null when it
    /// has left every fleet.yml.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>Whether both lead to the same user of the same machine, as far as they tell.</summary>
    internal bool LeadsWhere(Connection other) => (Hostname, Port, Username) == (other.Hostname, other.Port, other.Username);

    /// <summary>The same for hosts of two exporters, of which <c>localhost</c> is another machine for each.</summary>
    internal bool IsSameMachine(Connection other) =>
        LeadsWhere(other) && Hostname != "localhost" && !(IPAddress.TryParse(Hostname, out var address) && IPAddress.IsLoopback(address));
}
