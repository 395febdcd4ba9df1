using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <param name="Username">Null: <c>ssh.user</c>.</param>
/// <param name="SshKeyPath">The path only; null: <c>ssh.key_file</c>.</param>
/// <param name="Port">Null: ssh default.</param>
/// <param name="IsActive">Whether to monitor it.</param>
/// <param name="Source"><c>file</c> for hosts of fleet.yml, read-only here; else <c>api</c>.</param>
internal sealed record ConnectionView(
    string Id, string Name, string Hostname, string? Username, string? SshKeyPath, int? Port, bool IsActive, DateTimeOffset? LastConnectedAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Source, string ExecPolicy)
{
    public static ConnectionView Of(Connection c) => new(
        c.Id, c.Name, c.Hostname, c.Username, c.SshKeyPath, c.Port, c.IsActive, c.LastConnectedAt,
        c.CreatedAt, c.UpdatedAt, Words.Of(c.Source), Words.Of(c.ExecPolicy));
}
