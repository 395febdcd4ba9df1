using System.Net;

namespace FleetExporter.Config;

/// <summary>The whole of fleet.yml, checked and with every default filled in. Paths are absolute.</summary>
internal sealed record FleetConfig
{
    /// <summary>Where the service listens. Default 127.0.0.1:9470.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Default;

    /// <summary>Directory of what the service itself keeps. Default <c>data</c> beside fleet.yml.</summary>
    public required string DataDir { get; init; }

    /// <summary>Time between two polls of a host. 1 s to 1 h; default 10 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Missed polls before a silent host counts as offline and its series vanish. 1 to 100; default 3.</summary>
    public int StaleAfterPolls { get; init; } = 3;

    /// <summary>Time a tmux session is detached before it counts as legacy. 1 min to 3650 days; default 72 h.</summary>
    public TimeSpan LegacyAfter { get; init; } = TimeSpan.FromHours(72);

    /// <summary>What hosts reached over SSH start from.</summary>
    public required SshDefaults Ssh { get; init; }

    /// <summary>The hosts in file order. Default this machine; empty only when the file says <c>hosts: []</c>.</summary>
    public ValueList<HostConfig> Hosts { get; init; } = [];

    /// <summary>AI services, in file order. Default none.</summary>
    public ValueList<ServiceConfig> Services { get; init; } = [];

    /// <summary>Servers of language models, in file order. Default none.</summary>
    public ValueList<ProviderConfig> Providers { get; init; } = [];

    /// <summary>OpenClaw gateways, in file order. Default none.</summary>
    public ValueList<GatewayConfig> Gateways { get; init; } = [];

    /// <summary>SSH tunnels, in file order. Default none.</summary>
    public ValueList<TunnelConfig> Tunnels { get; init; } = [];

    /// <summary>Names a request's <c>Host</c> header may carry beyond localhost and the listen address. Default none.</summary>
    public ValueList<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether whoever reaches a loopback address may read without a key. Default loopback.</summary>
    public AnonymousAccess AnonymousRead { get; init; }

    /// <summary>Whether whoever reaches a loopback address may act without a key. Default never.</summary>
    public AnonymousAccess AnonymousControl { get; init; } = AnonymousAccess.Never;

    /// <summary>Origins of other sites whose pages may read. Default none.</summary>
    public ValueList<string> CorsOrigins { get; init; } = [];

    /// <summary>Peers whose X-Forwarded-For, -Proto and -Host are believed. Default none.</summary>
    public ValueList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The service's certificate. Default none: plain HTTP.</summary>
    public TlsConfig Tls { get; init; } = new();

    /// <summary>Who may do what beside the admin key, in file order. Default nobody.</summary>
    public ValueList<AccessKey> Keys { get; init; } = [];

    /// <summary>Keys of the command line, beside those of the file. They do not open the network: <see cref="Objection"/>. Default none.</summary>
    public ValueList<AccessKey> GivenKeys { get; init; } = [];

    /// <summary>Machines that push their GPUs, in file order. Default none.</summary>
    public ValueList<DeviceConfig> Devices { get; init; } = [];

    /// <summary>Where what must not be lost is kept. Default SQLite in <see cref="DataDir"/>.</summary>
    public StoreConfig Store { get; init; } = new StoreConfig.Sqlite();

    /// <summary>Who is asked for history. Default the one on this machine.</summary>
    public ServerConfig Prometheus { get; init; } = new() { Url = new("http://127.0.0.1:9090") };

    /// <summary>Where alerts are read and silenced. Default the one on this machine.</summary>
    public ServerConfig Alertmanager { get; init; } = new() { Url = new("http://127.0.0.1:9093") };

    /// <summary>Where people reach Grafana, for the page's link. Default null: there is no link.</summary>
    public Uri? GrafanaUrl { get; init; }

    /// <summary>What alert rules compare with, by name, in base units: ratios, bytes, seconds, celsius, USD. Finite and above 0.</summary>
    public ValueMap<double> Thresholds { get; init; } = Threshold.Defaults;

    /// <summary>Names that are taken: of hosts, of devices and of all that is asked over the network.</summary>
    public IEnumerable<string> Names =>
        [
            .. Hosts.Select(h => h.Name), .. Devices.Select(d => d.Name),
            .. ((IEnumerable<TargetConfig>)[.. Services, .. Providers, .. Gateways, .. Tunnels]).Select(t => t.Name)
        ];

    /// <summary>Absolute path of the file this was read from. Null when there is none.</summary>
    public string? SourcePath { get; init; }

    /// <summary>Why the service may not run like this, said of <see cref="Listen"/>; null when it may.</summary>
    internal string? Objection => Listen.IsLoopback || Keys.Count > 0 ? null
        : "is reachable from the network, and there is no entry under keys (the admin key does not count); add one with fleet-exporter key new, "
            + $"or give a loopback address such as 127.0.0.1:{Listen.Port}";

    /// <summary>What is accepted and better known.</summary>
    internal IReadOnlyList<string> Cautions => [.. CautionsOf()];

    /// <summary>All defaults, and no host.</summary>
    /// <param name="folder">The folder relative paths start from, itself absolute.</param>
    internal static FleetConfig Default(string folder)
    {
        var dataDir = Path.Combine(folder, "data");
        return new FleetConfig
        {
            DataDir = dataDir,
            Ssh = new SshDefaults { Host = new SshConfig { KnownHosts = KnownHostsIn(dataDir) } },
        };
    }

    /// <summary>The same with another data directory; a <c>known_hosts</c> that stands at its default place moves along.</summary>
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

    private IEnumerable<string> CautionsOf()
    {
        if (!Listen.IsLoopback && !Tls.IsOn)
        {
            yield return "listen: without tls, keys cross the network as they are";
        }

        if (AnonymousControl == AnonymousAccess.Loopback)
        {
            yield return Listen.IsLoopback
                ? "anonymous_control: whoever is on this machine may act on the hosts without a key, commands included"
                : "anonymous_control: has no effect, because listen is reachable from the network";
        }
    }

    private static string KnownHostsIn(string dataDir) => Path.Combine(dataDir, "known_hosts");
}
