using System.Net;
using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>Source of a connection.</summary>
internal enum ConnectionSource
{
    /// <summary>A host of fleet.yml, read-only.</summary>
    File,

    Api,
}

/// <summary>A host for projects. SSH keys are referenced by path, never stored.</summary>
internal sealed record Connection
{
    /// <summary>Assigned by the store.</summary>
    public string Id { get; init; } = "";

    /// <summary>Unique; never looks like an id.</summary>
    public required string Name { get; init; }

    public required string Hostname { get; init; }

    /// <summary>Null for <c>ssh.user</c>.</summary>
    public string? Username { get; init; }

    public string? SshKeyPath { get; init; }

    /// <summary>1 to 65535; null for the default of ssh.</summary>
    public int? Port { get; init; }

    public bool IsActive { get; init; } = true;

    public DateTimeOffset? LastConnectedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ConnectionSource Source { get; init; } = ConnectionSource.Api;

    public ExecPolicy ExecPolicy { get; init; } = ExecPolicy.Any;

    /// <summary>
    /// For <see cref="ConnectionSource.File"/>: <see cref="ExporterInstance.Id"/> of the exporter whose file has the host; null when none has it.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>Whether hostname, port and username are equal.</summary>
    internal bool HasSameAddress(Connection other) => (Hostname, Port, Username) == (other.Hostname, other.Port, other.Username);

    /// <summary>The same for two exporters, for which <c>localhost</c> is a different machine.</summary>
    internal bool IsSameMachine(Connection other) =>
        HasSameAddress(other) && Hostname != "localhost" && !(IPAddress.TryParse(Hostname, out var address) && IPAddress.IsLoopback(address));
}
