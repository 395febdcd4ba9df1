using System.Net;
using System.Text.RegularExpressions;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Configuration keys for access, TLS and the store.</summary>
internal static partial class AccessKeys
{
    /// <summary>Placeholder for an invalid hash.</summary>
    public static readonly KeyHash NoHash = new(new string('0', 64));

    public static readonly Kind<KeyHash> Hash = Kinds.Text<KeyHash>("key hash", "`sha256:` and 64 lower-case hex digits", KeyHash.TryParse).Secret();

    private static readonly Kind<Scope> ScopeWord =
        Kinds.Choice([.. Scopes.Words.Select((word, i) => (word, (Scope)i))]);

    private static readonly Kind<AnonymousAccess> Anonymous =
        Kinds.Choice([.. Enum.GetValues<AnonymousAccess>().Select(access => (access.Word(), access))]);

    private static readonly Kind<string> WebOrigin = Kinds.Text(
        "origin", "`https://host` or `https://host:port`", (string text, out string? value, out string? error) =>
        {
            value = OriginPattern().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var url)
                && url.GetLeftPart(UriPartial.Authority) == text
                ? text
                : null;
            error = value is null
                ? "is not a valid origin; give https://host or https://host:port in lower case, without a path or the default port"
                : null;
            return value is not null;
        });

    private static readonly Kind<ValueList<IPNetwork>> Networks =
        Kinds.ListOf(Kinds.Text<IPNetwork>("network", "an IP address, or a network such as `10.0.0.0/8`", NetworkText.TryParse));

    private static readonly Kind<StoreConfig> Store =
        Kinds.Text<StoreConfig>("store", "`sqlite` or `postgres://user:password@host:port/database`", StoreConfig.TryParse).Secret();

    private static readonly Kind<StoreConfig> StoreFile = new("path", "", (Field field, out StoreConfig? store) =>
    {
        store = null;
        if (!PathText.TryRead(field, out var path))
        {
            return false;
        }

        try
        {
            return StoreConfig.TryParse(File.ReadAllText(path).Trim(), out store, out var error) || field.Fail($"the content of the file {error}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return field.Fail($"{ErrorText.Quote(path)} cannot be read; give a readable file that contains the connection");
        }
    });

    public static readonly KeyTable<AccessKey> Entry = new(
        Key.Of("name", Kinds.HostName, "", (AccessKey key, string name) => key with { Name = name }) with { IsRequired = true },
        Key.Of("hash", Hash, "", (AccessKey key, KeyHash hash) => key with { Hash = hash }) with { IsRequired = true },
        Key.Of(
            "scopes", Kinds.ListOf(ScopeWord), "",
            (AccessKey key, ValueList<Scope> scopes) => key with { Scopes = scopes }) with
        { IsRequired = true });

    public static readonly KeyTable<TlsConfig> Tls = new(
        Key.Of("certificate_file", Kinds.Path, "", (TlsConfig tls, string path) => tls with { CertificateFile = path }),
        Key.Of("key_file", Kinds.Path, "", (TlsConfig tls, string path) => tls with { KeyFile = path }));

    public static readonly KeyTable<StoreConfig> StoreTable = new(
        Key.Of("connection", Store, "sqlite", (StoreConfig old, StoreConfig store) => store with { AuditRetention = old.AuditRetention }),
        Key.Of("connection_file", StoreFile, "", (StoreConfig old, StoreConfig store) => store with { AuditRetention = old.AuditRetention }),
        Key.Of("audit_retention", Kinds.Time("90d", "36500d"), "365d", (StoreConfig store, TimeSpan time) => store with { AuditRetention = time }));

    public static IReadOnlyList<Key<FleetConfig>> All { get; } =
    [
        Key.Of("anonymous_read", Anonymous, "loopback", (FleetConfig fleet, AnonymousAccess who) => fleet with { AnonymousRead = who }),
        Key.Of("anonymous_control", Anonymous, "never", (FleetConfig fleet, AnonymousAccess who) => fleet with { AnonymousControl = who }),
        Key.Of("cors_origins", Kinds.ListOf(WebOrigin), "[]", (FleetConfig fleet, ValueList<string> origins) => fleet with { CorsOrigins = origins }),
        Key.Of("trusted_proxies", Networks, "[]", (FleetConfig fleet, ValueList<IPNetwork> proxies) => fleet with { TrustedProxies = proxies }),
        new("tls", "mapping", "", "", (fleet, field) => fleet with { Tls = BindTls(field) }),
        new("keys", "list of keys", "", "[]", (fleet, field) => fleet with { Keys = BindKeys(field) }),
        new("store", "mapping", "", "", (fleet, field) => fleet with { Store = BindStore(field) }),
    ];

    /// <summary>
    /// Reports an error at <c>listen</c> for a network address without keys, and at <c>anonymous_control</c> when anonymous callers could act but
    /// not read.
    /// </summary>
    public static void Check(FleetConfig config, Field root)
    {
        if (config.ListenError is { } error && root.Find("listen") is { } listen)
        {
            listen.FailValue(config.Listen.ToString(), error);
        }

        if (config is { AnonymousControl: AnonymousAccess.Loopback, AnonymousRead: AnonymousAccess.Never }
            && root.Find("anonymous_control") is { } control)
        {
            control.Fail("loopback requires anonymous_read: loopback; change one of the two");
        }
    }

    private static TlsConfig BindTls(Field field)
    {
        var tls = Tls.Bind(new TlsConfig(), field);
        if (tls.CertificateFile is null != tls.KeyFile is null)
        {
            field.Fail("certificate_file and key_file must be set together; give both or neither");
        }

        return tls;
    }

    private static StoreConfig BindStore(Field field)
    {
        var names = (field.Node as YamlMap)?.Entries.Where(e => !field.Child("", e.Value).IsNull).Select(e => (e.Key as YamlScalar)?.Text).ToList()
            ?? [];
        if (names.Contains("connection") && names.Contains("connection_file"))
        {
            field.Fail("connection and connection_file exclude each other; give one");
        }

        return StoreTable.Bind(new StoreConfig.Sqlite(), field);
    }

    private static ValueList<AccessKey> BindKeys(Field field)
    {
        if (field.Node is not YamlList list)
        {
            field.FailType("a list of keys");
            return [];
        }

        var keys = new List<AccessKey>();
        foreach (var (index, node) in list.Items.Index())
        {
            var item = field.Item(index, node);
            var key = Entry.Bind(new AccessKey { Name = "", Hash = NoHash }, item);
            Check(key, keys, item);
            keys.Add(key);
        }

        return [.. keys];
    }

    private static void Check(AccessKey key, List<AccessKey> previous, Field item)
    {
        if (key.Name is AccessKey.Admin or AccessKey.Anonymous)
        {
            item.Fail($"the name '{key.Name}' is reserved; choose another");
        }
        else if (key.Name.Length > 0 && previous.Any(other => other.Name == key.Name))
        {
            item.Fail($"duplicate key name {ErrorText.Quote(key.Name)}; choose another");
        }

        if (key.Hash != NoHash && previous.FirstOrDefault(other => other.Hash == key.Hash) is { } same)
        {
            item.Fail($"the hash is that of key {ErrorText.Quote(same.Name)}; create a new key with fleet-exporter key new");
        }

        if (key.Scopes.Count == 0 && item.Node is YamlMap map
            && map.Entries.Any(e => e is { Key: YamlScalar { Text: "scopes" }, Value: YamlList { Items.Count: 0 } }))
        {
            item.Fail("scopes is empty; give at least one of read, control, push, admin");
        }
    }

    [GeneratedRegex(@"^https?://[a-z0-9\[][a-z0-9.:\[\]-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex OriginPattern();
}
