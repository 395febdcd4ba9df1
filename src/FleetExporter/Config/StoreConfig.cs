using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>Store of connections, projects, jobs and the audit.</summary>
internal abstract partial record StoreConfig
{
    private StoreConfig()
    {
    }

    /// <summary>Retention of audit rows. 90 days to 100 years; default 1 year.</summary>
    public TimeSpan AuditRetention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Name or URL without the password.</summary>
    public abstract string DisplayName { get; }

    /// <param name="text"><c>sqlite</c> or <c>postgres://user:password@host:port/database</c>; with <c>?host=/folder</c> over a Unix socket.</param>
    /// <param name="store">The store.</param>
    /// <param name="error">Predicate after the text; never contains the password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out StoreConfig? store, [NotNullWhen(false)] out string? error)
    {
        store = text == "sqlite" ? new Sqlite() : null;
        error = null;
        if (store is null && (store = Postgres.Parse(text)) is null)
        {
            error = "is not a valid store; give sqlite, or "
                + "postgres://user:password@host:port/database with sslmode, sslrootcert or host as query parameters";
        }

        return error is null;
    }

    /// <summary>A file in <c>data_dir</c>.</summary>
    public sealed record Sqlite : StoreConfig
    {
        public override string DisplayName => "sqlite";
    }

    /// <param name="Host">A name, an address, or the folder of a Unix socket.</param>
    /// <param name="SslMode">disable, allow, prefer, require, verify-ca or verify-full.</param>
    /// <param name="RootCertificate">Absolute path; null for the system certificates.</param>
    public sealed partial record Postgres(
        string Host, int Port, string User, string? Password, string Database, string SslMode, string? RootCertificate) : StoreConfig
    {
        private static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

        public override string DisplayName => $"postgres://{User}@{Host}:{Port}/{Database}";

        public override string ToString() => DisplayName;

        internal static Postgres? Parse(string text)
        {
            if (UrlPattern().Match(text) is not { Success: true } url)
            {
                return null;
            }

            string? Part(string name) => url.Groups[name] is { Success: true, Value: var value } ? Uri.UnescapeDataString(value) : null;
            var options = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var pair in (Part("options") ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)))
            {
                if (pair.Length != 2 || !options.TryAdd(pair[0], pair[1]))
                {
                    return null;
                }
            }

            var host = options.GetValueOrDefault("host") ?? Part("host")!.Trim('[', ']');
            var port = Part("port") is { } portText ? int.Parse(portText, CultureInfo.InvariantCulture) : 5432;
            var mode = options.GetValueOrDefault("sslmode") ?? "prefer";
            var root = options.GetValueOrDefault("sslrootcert");
            return host.Length > 0 && port is > 0 and <= 65535 && SslModes.Contains(mode) && (root is null || Path.IsPathRooted(root))
                && options.Keys.All(key => key is "host" or "sslmode" or "sslrootcert")
                ? new Postgres(host, port, Part("user")!, Part("password"), Part("database")!, mode, root)
                : null;
        }

        // System.Uri rejects an empty host, which is valid with ?host=/folder.
        [GeneratedRegex(
            @"^postgres(ql)?://(?<user>[^:@/?#]+)(:(?<password>[^:@/?#]*))?@(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*)(:(?<port>[0-9]{1,5}))?"
                + @"/(?<database>[^/?#]+)(\?(?<options>[^#]*))?\z",
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
        private static partial Regex UrlPattern();
    }
}
