using System.Diagnostics.CodeAnalysis;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>A connection and the host monitored for it.</summary>
/// <param name="Host">Null while not monitored.</param>
/// <param name="Idle">One line: why it is not monitored; null otherwise.</param>
internal sealed record WatchedConnection(Connection Connection, HostConfig? Host, string? Idle = null)
{
    /// <summary>The stored row of a fleet.yml host.</summary>
    public static Connection Of(HostConfig host, bool isActive) => new()
    {
        Id = Ids.OfHost(host.Name),
        Name = host.Name,
        Hostname = host.Address?.Host ?? "localhost",
        Username = host.Address is null ? null : host.Ssh.User,
        SshKeyPath = host.Address is null ? null : host.Ssh.KeyFile,
        Port = host.Address?.Port,
        IsActive = isActive,
        Source = ConnectionSource.File,
        ExecPolicy = host.Exec.Policy,
    };

    /// <summary>The host of an API connection; <c>ssh:</c> supplies the fields it leaves null.</summary>
    public static WatchedConnection Of(Connection connection, FleetConfig config) =>
        !connection.IsActive ? new(connection, null, "it is disconnected")
        : Namesake(connection.Name, config) is { } other ? new(connection, null, $"a {other} of fleet.yml has the same name; rename one of the two")
        : HostOf(connection, config) is { } host ? new(connection, host)
        : new(connection, null, "its hostname is invalid");

    /// <summary>The host of the fields of an API connection; null if its hostname is invalid.</summary>
    public static HostConfig? HostOf(Connection connection, FleetConfig config) => !TryAddress(connection.Hostname, connection.Port, out var address)
        ? null
        : new HostConfig
        {
            Name = connection.Name,
            Address = address,
            Exec = new ExecConfig { Policy = connection.ExecPolicy },
            Ssh = config.Ssh.Host with
            {
                User = connection.Username ?? config.Ssh.Host.User,
                KeyFile = connection.SshKeyPath ?? config.Ssh.Host.KeyFile
            },
        };

    /// <summary>What fleet.yml has under this name: host or device, or null. A connection of that name is not monitored.</summary>
    public static string? Namesake(string name, FleetConfig config) =>
        config.Hosts.Any(h => h.Name == name) ? "host" : config.Devices.Any(d => d.Name == name) ? "device" : null;

    /// <param name="hostname">Without a port, which is separate.</param>
    public static bool TryAddress(string hostname, int? port, [NotNullWhen(true)] out HostAddress? address)
    {
        address = HostAddress.TryParse(hostname, out var parsed, out _) && parsed.Port is null ? parsed with { Port = port } : null;
        return address is not null;
    }
}
