using System.Net;

namespace FleetExporter.Config;

/// <summary>The validated fleet.yml with all defaults applied. Paths are absolute.</summary>
internal sealed record FleetConfig
{
    /// <summary>Where the service listens. Default 127.0.0.1:9470.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Default;

    /// <summary>Data directory of the exporter. Default <c>data</c> beside fleet.yml.</summary>
    public required string DataDir { get; init; }

    /// <summary>Interval between polls of a host. 1 s to 1 h; default 10 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Missed polls until a host counts as offline and its series end. 1 to 100; default 3.</summary>
    public int StaleAfterPolls { get; init; } = 3;

    /// <summary>Time until a detached tmux session counts as legacy. 1 min to 3650 days; default 72 h.</summary>
    public TimeSpan LegacyAfter { get; init; } = TimeSpan.FromHours(72);

    /// <summary>SSH defaults of all hosts, and settings shared by them.</summary>
    public required SshDefaults Ssh { get; init; }

    /// <summary>Hosts in file order. Default the local machine; empty only for <c>hosts: []</c>.</summary>
    public ValueList<HostConfig> Hosts { get; init; } = [];

    /// <summary>Services, providers, gateways and tunnels: kind by kind, each in file order. Default none.</summary>
    public ValueList<TargetConfig> Targets { get; init; } = [];

    /// <summary>Absolute folders that may contain secrets of targets made by the API, besides <c>secrets</c> in <see cref="DataDir"/>.</summary>
    public ValueList<string> SecretDirs { get; init; } = [];

    /// <summary><see cref="SecretDirs"/> and the default one, which need not exist.</summary>
    public IReadOnlyList<string> SecretFolders => [.. SecretDirs, Path.Combine(DataDir, "secrets")];

    /// <summary>Whether targets made by the API may have link-local addresses. Default false.</summary>
    public bool AllowLinkLocalTargets { get; init; }

    /// <summary>Allowed <c>Host</c> headers in addition to localhost and the listen address. Default none.</summary>
    public ValueList<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether callers on a loopback address may read without a key. Default loopback.</summary>
    public AnonymousAccess AnonymousRead { get; init; }

    /// <summary>Whether callers on a loopback address may act without a key. Default never.</summary>
    public AnonymousAccess AnonymousControl { get; init; } = AnonymousAccess.Never;

    /// <summary>Allowed CORS origins, for reading. Default none.</summary>
    public ValueList<string> CorsOrigins { get; init; } = [];

    /// <summary>Proxies whose X-Forwarded-For, -Proto and -Host are trusted. Default none.</summary>
    public ValueList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>TLS certificate. Default none: plain HTTP.</summary>
    public TlsConfig Tls { get; init; } = new();

    /// <summary>Access keys in addition to the admin key, in file order. Default none.</summary>
    public ValueList<AccessKey> Keys { get; init; } = [];

    /// <summary>Access keys of the command line. They do not permit a network address: <see cref="ListenError"/>. Default none.</summary>
    public ValueList<AccessKey> CommandLineKeys { get; init; } = [];

    /// <summary>Devices, in file order. Default none.</summary>
    public ValueList<DeviceConfig> Devices { get; init; } = [];

    /// <summary>Store of connections, projects, jobs and the audit. Default SQLite in <see cref="DataDir"/>.</summary>
    public StoreConfig Store { get; init; } = new StoreConfig.Sqlite();

    /// <summary>Prometheus server for history. Default on this machine.</summary>
    public ServerConfig Prometheus { get; init; } = new() { Url = new("http://127.0.0.1:9090") };

    /// <summary>Alertmanager for alerts and silences. Default on this machine.</summary>
    public ServerConfig Alertmanager { get; init; } = new() { Url = new("http://127.0.0.1:9093") };

    /// <summary>Grafana's URL for the link in the web interface. Default null: no link.</summary>
    public Uri? GrafanaUrl { get; init; }

    /// <summary>Thresholds of the alert rules by name, in base units: ratios, bytes, seconds, celsius, USD. Finite and above 0.</summary>
    public ValueMap<double> Thresholds { get; init; } = Threshold.Defaults;

    /// <summary>Budgets of gateways, in file order; one per <see cref="BudgetKey"/>. Default none.</summary>
    public ValueList<Budget> Budgets { get; init; } = [];

    /// <summary>Names in use: of hosts, devices and targets.</summary>
    public IEnumerable<string> Names => [.. Hosts.Select(h => h.Name), .. Devices.Select(d => d.Name), .. Targets.Select(t => t.Name)];

    /// <summary>Folder of the private keys that the API creates.</summary>
    public string KeyDir => Path.Combine(DataDir, "keys");

    /// <summary>Folders that may contain private keys of connections made by the API: those of <see cref="Ssh"/> and <see cref="KeyDir"/>.</summary>
    public IReadOnlyList<string> KeyFolders => [.. Ssh.KeyFolders, KeyDir];

    /// <summary>Absolute path of the source file; null without a file.</summary>
    public string? SourcePath { get; init; }

    /// <summary>Why <see cref="Listen"/> is not allowed, as a predicate after the address; null when it is.</summary>
    internal string? ListenError => Listen.IsLoopback || Keys.Count > 0 ? null
        : "is a network address, and keys has no entry (the admin key does not count); add one with fleet-exporter key new, "
            + $"or give a loopback address such as 127.0.0.1:{Listen.Port}";

    /// <summary>Accepted settings that are risky or have no effect.</summary>
    internal IReadOnlyList<string> Warnings => [.. FindWarnings()];

    /// <summary>The targets of one kind, in file order.</summary>
    public IReadOnlyList<T> TargetsOf<T>()
        where T : TargetConfig => [.. Targets.OfType<T>()];

    /// <summary>Defaults of all keys, without hosts.</summary>
    /// <param name="folder">Absolute base folder of relative paths.</param>
    internal static FleetConfig Default(string folder)
    {
        var dataDir = Path.Combine(folder, "data");
        return new FleetConfig
        {
            DataDir = dataDir,
            Ssh = new SshDefaults { Host = new SshConfig { KnownHosts = KnownHostsIn(dataDir) } },
        };
    }

    /// <summary>Replaces the data directory, and the path of <c>known_hosts</c> where it is the default.</summary>
    internal FleetConfig WithDataDir(string dataDir)
    {
        SshConfig Move(SshConfig ssh) => ssh.KnownHosts == KnownHostsIn(DataDir) ? ssh with { KnownHosts = KnownHostsIn(dataDir) } : ssh;

        return this with
        {
            DataDir = dataDir,
            Ssh = Ssh with { Host = Move(Ssh.Host) },
            Hosts = [.. Hosts.Select(host => host with { Ssh = Move(host.Ssh) })],
        };
    }

    private IEnumerable<string> FindWarnings()
    {
        if (!Listen.IsLoopback && !Tls.IsOn)
        {
            yield return "listen: without tls, keys are sent over the network in clear text";
        }

        if (AllowLinkLocalTargets)
        {
            yield return "allow_link_local_targets: an admin can read a cloud's metadata, with its credentials, through a target of the API";
        }

        if (AnonymousControl == AnonymousAccess.Loopback)
        {
            yield return Listen.IsLoopback
                ? "anonymous_control: every local user can act on hosts and run commands without a key"
                : "anonymous_control: has no effect, because listen is a network address";
        }
    }

    private static string KnownHostsIn(string dataDir) => Path.Combine(dataDir, "known_hosts");
}
