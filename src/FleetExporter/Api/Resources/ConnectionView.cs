using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <param name="Username">Null: as <c>ssh.user</c> says.</param>
/// <param name="SshKeyPath">The path alone; null: as <c>ssh.key_file</c> says.</param>
/// <param name="Port">Null: ssh decides.</param>
/// <param name="IsActive">Whether it is to be watched.</param>
/// <param name="Source"><c>file</c> for a host of fleet.yml, which cannot be changed here; <c>api</c>.</param>
internal sealed record ConnectionView(
    string Id, string Name, string Hostname, string? Username, string? SshKeyPath, int? Port, bool IsActive, DateTimeOffset? LastConnectedAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Source, string ExecPolicy)
{
    public static ConnectionView Of(Connection c) => new(
        c.Id, c.Name, c.Hostname, c.Username, c.SshKeyPath, c.Port, c.IsActive, c.LastConnectedAt,
        c.CreatedAt, c.UpdatedAt, Words.Of(c.Source), Words.Of(c.ExecPolicy));
}
