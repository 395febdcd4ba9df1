using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Onboarding.Export;

/// <summary>Connections that were created through the API as <c>hosts</c> of fleet.yml.</summary>
internal static class HostSection
{
    public static ExportSection Of(IEnumerable<Connection> connections) => new(
        "hosts", [.. connections.Where(c => c.Source == ConnectionSource.Api).OrderBy(c => c.Name, StringComparer.Ordinal).Select(ItemOf)]);

    private static ExportItem ItemOf(Connection connection) => new(
        connection.IsActive ? null : "disconnected",
        [
            new("name", connection.Name),
            new("address", AddressOf(connection)),
            .. Optional("user", connection.Username),
            .. Optional("key_file", connection.SshKeyPath),
            .. connection.ExecPolicy == ExecPolicy.Off ? (ExportValue[])[]
                : [new("exec", null, [new("policy", Words.Of(connection.ExecPolicy))])],
        ]);

    /// <summary>The hostname may be an IPv6 address, with or without brackets.</summary>
    private static string AddressOf(Connection connection)
    {
        var host = connection.Hostname;
        return connection.Port is not { } port ? host
            : string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':') && host[0] != '[' ? $"[{host}]" : host)}:{port}");
    }

    private static ExportValue[] Optional(string key, string? value) => value is null ? [] : [new(key, value)];
}
