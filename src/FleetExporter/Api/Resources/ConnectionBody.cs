using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <summary>
/// Writable fields of a connection.
/// Prevents ssh option injection: hostname, user and path cannot begin with <c>-</c>.
/// </summary>
internal static partial class ConnectionBody
{
    /// <param name="keyFolders">Allowed folders.</param>
    /// <param name="isNameRequired">Whether a new connection needs a name.</param>
    /// <param name="ignored">More fields to ignore.</param>
    public static BodyTable<Connection> Table(
        IReadOnlyList<string> keyFolders, bool isNameRequired = true, params IReadOnlyList<string> ignored) => new(
        ["id", "source", "last_connected_at", "created_at", "updated_at", .. ignored],
        [
            BodyField.Text(
                "name", "1 to 63 letters, digits, ., _, spaces, -, beginning with a letter or digit; not in the format of an id",
                text => Kinds.IsHostName(text) && !Ids.LooksLikeId(text),
                (Connection c, string name) => c with { Name = name }) with { IsRequired = isNameRequired },
            BodyField.Text(
                "hostname", "a name, an address or [v6], without a user or port",
                text => HostnamePattern().IsMatch(text) && WatchedConnection.TryAddress(text, null, out _),
                (Connection c, string host) => c with { Hostname = host }) with { IsRequired = true },
            BodyField.Text(
                "username", "1 to 32 of a-z, 0-9, _, ., -, beginning with a letter or _",
                Kinds.IsUserName, (Connection c, string user) => c with { Username = user }).OrNull(c => c with { Username = null }),
            BodyField.Text(
                "ssh_key_path", "the absolute path of a readable key file in a folder of ssh.key_dirs or in keys of data_dir",
                text => KeyFolder.Allows(text, keyFolders), (Connection c, string path) => c with { SshKeyPath = path }).OrNull(c =>
                    c with { SshKeyPath = null }),
            BodyField.Integer("port", 1, 65535, (Connection c, int port) => c with { Port = port }).OrNull(c => c with { Port = null }),
            BodyField.Choice("exec_policy", (Connection c, ExecPolicy policy) => c with { ExecPolicy = policy }),
            BodyField.Flag("is_active", (Connection c, bool isActive) => c with { IsActive = isActive }),
        ]);

    [GeneratedRegex(@"^[A-Za-z0-9\[][A-Za-z0-9.:\[\]_-]{0,252}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostnamePattern();
}
