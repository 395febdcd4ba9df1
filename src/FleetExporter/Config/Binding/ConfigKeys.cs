namespace FleetExporter.Config.Binding;

/// <summary>Every key of fleet.yml. A new key is one line here, a property of the record, and a row in docs/configuration.md.</summary>
internal static class ConfigKeys
{
    internal static readonly Kind<Toggle> Toggles = Kinds.Choice(("auto", Toggle.Auto), ("true", Toggle.True), ("false", Toggle.False));

    private static readonly Kind<bool> Switch = Kinds.Choice(("true", true), ("false", false));

    private static readonly Kind<GpuPolling> GpuPollings =
        Kinds.Choice(("auto", GpuPolling.Auto), ("loop", GpuPolling.Loop), ("call", GpuPolling.Call));

    private static readonly Kind<HostKeyPolicy> HostKeyPolicies =
        Kinds.Choice(("strict", HostKeyPolicy.Strict), ("accept_new", HostKeyPolicy.AcceptNew));

    private static readonly Kind<SshClientKind> SshClients =
        Kinds.Choice(("auto", SshClientKind.Auto), ("builtin", SshClientKind.Builtin), ("openssh", SshClientKind.OpenSsh));

    private static readonly Kind<ValueList<string>> HeaderHosts = Kinds.ListOf(Kinds.HeaderHost);

    /// <summary>Keys that <c>ssh:</c> sets as defaults and a host can override.</summary>
    public static readonly KeyTable<SshConfig> HostSsh = new(
        Key.Of("client", SshClients, "auto", (SshConfig ssh, SshClientKind client) => ssh with { Client = client }),
        Key.Of("user", Kinds.UserName, "", (SshConfig ssh, string user) => ssh with { User = user }),
        Key.Of("key_file", Kinds.PathOrNone, "none", (SshConfig ssh, string path) => ssh with { KeyFile = OrNull(path) }),
        Key.Of("config_file", Kinds.PathOrNone, "none", (SshConfig ssh, string path) => ssh with { ConfigFile = OrNull(path) }),
        Key.Of("known_hosts", Kinds.Path, "data/known_hosts", (SshConfig ssh, string path) => ssh with { KnownHosts = path }),
        Key.Of("host_keys", HostKeyPolicies, "strict", (SshConfig ssh, HostKeyPolicy policy) => ssh with { HostKeys = policy }),
        Key.Of("connect_timeout", Kinds.Time("1s", "2m"), "10s", (SshConfig ssh, TimeSpan time) => ssh with { ConnectTimeout = time }));

    public static readonly KeyTable<SshDefaults> Ssh = new([
        .. HostSsh.Keys.Select(key => key.In((SshDefaults ssh) => ssh.Host, (ssh, host) => ssh with { Host = host })),
        Key.Of("max_connecting", Kinds.Integer(1, 256), "16", (SshDefaults ssh, int count) => ssh with { MaxConnecting = count }),
        Key.Of("key_dirs", Kinds.ListOf(Kinds.Path), "[]", (SshDefaults ssh, ValueList<string> folders) => ssh with { KeyDirs = folders }),
    ]);

    public static readonly KeyTable<TmuxConfig> Tmux = new(
        Key.Of("enabled", Toggles, "auto", (TmuxConfig tmux, Toggle toggle) => tmux with { Enabled = toggle }),
        Key.Of("users", Kinds.ListOf(Kinds.UserName), "[]", (TmuxConfig tmux, ValueList<string> users) => tmux with { Users = users }));

    private static readonly Kind<ExecPolicy> ExecPolicies =
        Kinds.Choice(("off", ExecPolicy.Off), ("allow_list", ExecPolicy.AllowList), ("any", ExecPolicy.Any));

    public static readonly KeyTable<ExecConfig> Exec = new(
        Key.Of("policy", ExecPolicies, "off", (ExecConfig exec, ExecPolicy policy) => exec with { Policy = policy }),
        Key.Of("max_timeout", Kinds.Time("1s", "7d"), "1h", (ExecConfig exec, TimeSpan time) => exec with { MaxTimeout = time }));

    // The defaults of a host's ssh keys come from ssh:.
    public static readonly KeyTable<HostConfig> Host = new([
        Key.Of("name", Kinds.HostName, "", (HostConfig host, string name) => host with { Name = name }) with { IsRequired = true },
        Key.Of("address", Kinds.Address, "", (HostConfig host, HostAddress address) => host with { Address = address }),
        Key.Of("labels", LabelMap.Kind, "{}", (HostConfig host, ValueMap<string> labels) => host with { Labels = labels }),
        Key.Of("gpu", Toggles, "auto", (HostConfig host, Toggle toggle) => host with { Gpu = toggle }),
        Key.Of("gpu_polling", GpuPollings, "auto", (HostConfig host, GpuPolling polling) => host with { GpuPolling = polling }),
        Key.Of("gpu_profiling", Switch, "false", (HostConfig host, bool on) => host with { GpuProfiling = on }),
        Key.Of("tmux", Tmux, (HostConfig host) => host.Tmux, (host, tmux) => host with { Tmux = tmux }),
        Key.Of("exec", Exec, (HostConfig host) => host.Exec, (host, exec) => host with { Exec = exec }),
        Key.Of("commands", Kinds.ListOf(Kinds.Command), "[]", (HostConfig host, ValueList<string> commands) => host with { Commands = commands }),
        Key.Of("units", Kinds.ListOf(Kinds.Unit), "[]", (HostConfig host, ValueList<UnitName> units) => host with { Units = units }),
        .. HostSsh.Keys.Select(key => key.In((HostConfig host) => host.Ssh, (host, ssh) => host with { Ssh = ssh }) with { Default = "" }),
    ]);

    public static readonly KeyTable<ValueMap<double>> Thresholds = new([
        .. Threshold.All.Select(threshold => Key.Of(
            threshold.Name, KindOf(threshold), threshold.DefaultText,
            (ValueMap<double> thresholds, double value) => thresholds.With(threshold.Name, value))),
    ]);

    /// <summary>The keys of the whole file. data_dir precedes ssh, and ssh precedes hosts: each supplies defaults to the next.</summary>
    public static KeyTable<FleetConfig> Root(IReadOnlyList<TargetKind> kinds) => new([
        Key.Of("listen", Kinds.Listen, "127.0.0.1:9470", (FleetConfig fleet, ListenAddress address) => fleet with { Listen = address }),
        Key.Of("data_dir", Kinds.Path, "data", (FleetConfig fleet, string path) => fleet.WithDataDir(path)),
        Key.Of("poll_interval", Kinds.Time("1s", "1h"), "10s", (FleetConfig fleet, TimeSpan time) => fleet with { PollInterval = time }),
        Key.Of("stale_after_polls", Kinds.Integer(1, 100), "3", (FleetConfig fleet, int polls) => fleet with { StaleAfterPolls = polls }),
        Key.Of("legacy_after", Kinds.Time("1m", "3650d"), "72h", (FleetConfig fleet, TimeSpan time) => fleet with { LegacyAfter = time }),
        Key.Of("ssh", Ssh, (FleetConfig fleet) => fleet.Ssh, (fleet, ssh) => fleet with { Ssh = ssh }),
        new("hosts", "list of hosts", "", "", (fleet, field) => fleet with { Hosts = HostList.Bind(fleet.Ssh.Host, field) }),
        .. kinds.Select(kind => kind.List),
        Key.Of("secret_dirs", Kinds.ListOf(Kinds.Path), "[]", (FleetConfig fleet, ValueList<string> folders) => fleet with { SecretDirs = folders }),
        Key.Of("allow_link_local_targets", Switch, "false", (FleetConfig fleet, bool on) => fleet with { AllowLinkLocalTargets = on }),
        Key.Of("allowed_hosts", HeaderHosts, "[]", (FleetConfig fleet, ValueList<string> names) => fleet with { AllowedHosts = names }),
        .. AccessKeys.All,
        DeviceKeys.List,
        Key.Of(
            "prometheus", ServerKeys.Prometheus,
            (FleetConfig fleet) => fleet.Prometheus, (fleet, prometheus) => fleet with { Prometheus = prometheus }),
        Key.Of(
            "alertmanager", ServerKeys.Alertmanager,
            (FleetConfig fleet) => fleet.Alertmanager, (fleet, alertmanager) => fleet with { Alertmanager = alertmanager }),
        Key.Of("grafana_url", Kinds.Url("http", "https"), "", (FleetConfig fleet, Uri url) => fleet with { GrafanaUrl = url }),
        Key.Of("thresholds", Thresholds, (FleetConfig fleet) => fleet.Thresholds, (fleet, thresholds) => fleet with { Thresholds = thresholds }),
        BudgetKeys.List(kinds),
    ]);

    /// <summary>The keys of each mapping, by the mapping's key; empty for the root.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<KeyDoc>> Docs(IReadOnlyList<TargetKind> kinds) =>
        new Dictionary<string, IReadOnlyList<KeyDoc>>(kinds.SelectMany(kind => kind.Docs))
        {
            [""] = Root(kinds).Keys,
            ["ssh"] = Ssh.Keys,
            ["hosts"] = Host.Keys,
            ["tmux"] = Tmux.Keys,
            ["exec"] = Exec.Keys,
            ["tls"] = AccessKeys.Tls.Keys,
            ["keys"] = AccessKeys.Entry.Keys,
            ["devices"] = DeviceKeys.Entry.Keys,
            ["store"] = AccessKeys.StoreTable.Keys,
            ["prometheus"] = ServerKeys.Prometheus.Keys,
            ["alertmanager"] = ServerKeys.Alertmanager.Keys,
            ["thresholds"] = Thresholds.Keys,
            ["budgets"] = BudgetKeys.Entry.Keys,
        };

    /// <summary>The values that a threshold may have.</summary>
    internal static Kind<double> KindOf(Threshold threshold) => threshold.IsBytes ? Kinds.Size() : Kinds.PositiveNumber();

    private static string? OrNull(string path) => path.Length == 0 ? null : path;
}
