using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FleetExporter.ReleaseTests.Deployment;

/// <summary>
/// A container for the exporter, which scripts/create-lxc.sh creates with stand-ins for Proxmox' programs, and a container that is a GPU host with
/// sshd, password login of root, and an nvidia-smi that replays captures.
/// </summary>
internal sealed partial class DeployedFleet : IAsyncDisposable
{
    public const string Host = "gpu-server-1";

    /// <summary>Root's password on the host.</summary>
    private const string Password = "secret-root";

    private const string ExporterHome = "/var/lib/fleet-exporter";

    private readonly TestFolder _folder;
    private readonly Containers _containers;

    private DeployedFleet(TestFolder folder, Containers containers)
    {
        _folder = folder;
        _containers = containers;
        Node = new ProxmoxNode(folder);
    }

    public ProxmoxNode Node { get; }

    /// <summary>Addresses of the exporter's container and of the host.</summary>
    public string Address { get; private set; } = "";

    public string HostAddress { get; private set; } = "";

    /// <summary>The key that provision.sh created for the web interface.</summary>
    public string ApiKey { get; private set; } = "";

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    public static async Task<DeployedFleet> PrepareAsync(TestFolder folder)
    {
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "operator", "-f", folder.PathOf("operator"));
        var fleet = new DeployedFleet(folder, await Containers.PrepareAsync(folder));
        folder.Write("ssh_config", $"""
            IdentityFile {folder.PathOf("operator")}
            IdentitiesOnly yes
            UserKnownHostsFile {folder.PathOf("known_hosts")}
            StrictHostKeyChecking accept-new
            LogLevel ERROR

            """);
        folder.Write("bin/ssh", $"#!/bin/sh\nexec /usr/bin/ssh -F {folder.PathOf("ssh_config")} \"$@\"\n", executable: true);
        folder.Write("askpass", $"#!/bin/sh\necho {Password}\n", executable: true);
        return fleet;
    }

    /// <summary>create-lxc.sh, as on a Proxmox node.</summary>
    public async Task CreateAsync()
    {
        var run = await Node.CreateAsync("--ssh-key", _folder.PathOf("operator.pub"));
        Assert.True(run.Exit == 0, run.Error);
        Address = run.Trimmed;
    }

    /// <summary>Runs a command in the exporter's container over SSH, as root with the operator's key.</summary>
    public Task<ToolResult> TrySshAsync(string command) => Tool.TryAsync(_folder.PathOf("bin", "ssh"), [$"root@{Address}", command]);

    public async Task<ToolResult> SshAsync(string command)
    {
        var result = await TrySshAsync(command);
        Assert.True(result.Exit == 0, $"{command}: {result.Error}{result.Output}");
        return result;
    }

    public Task CopyAsync(params IEnumerable<string> files) =>
        Tool.RunAsync("scp", ["-q", "-F", _folder.PathOf("ssh_config"), .. files, $"root@{Address}:"]);

    /// <summary>provision.sh; returns the public key.</summary>
    public async Task<string> ProvisionAsync(string tarball)
    {
        await CopyAsync(
            tarball, Repository.PathOf("scripts", "provision.sh"), Repository.PathOf("scripts", "deploy-key.sh"),
            _folder.PathOf("askpass"));
        var run = await SshAsync("./provision.sh --listen 0.0.0.0:8080 fleet-exporter-*.tar.gz");
        ApiKey = KeyLine().Match(run.Error).Groups[1].Value;
        Http.BaseAddress = new Uri($"http://{Address}:8080");
        Http.DefaultRequestHeaders.Add("X-API-Key", ApiKey);
        return run.Trimmed;
    }

    /// <summary>The second container, with another user's idea of a GPU host: no user fleet yet.</summary>
    public async Task StartHostAsync()
    {
        await _containers.RunAsync("create", "host", Host);
        await _containers.RunAsync("start", "host");
        FakeNvidiaSmi.H100(_folder);
        var smi = FakeNvidiaSmi.FolderIn(_folder);
        await Tool.RunAsync("cp", "-a", smi, _folder.PathOf("containers", "host", "opt"));
        await _containers.ShellAsync("host", $"""
            echo root:{Password} | chpasswd
            echo 'PermitRootLogin yes' >/etc/ssh/sshd_config.d/password.conf
            printf '#!/bin/sh\nexec /opt/smi/nvidia-smi "$@"\n' >/usr/local/bin/nvidia-smi
            chmod 755 /usr/local/bin/nvidia-smi
            systemctl try-reload-or-restart ssh
            """);
        HostAddress = await _containers.AddressAsync("host");
    }

    /// <summary>Runs commands as root on the host, as on its console.</summary>
    public Task<string> OnHostAsync(string commands) => _containers.ShellAsync("host", commands);

    /// <summary>Runs tmux as the user whom deploy-key.sh created.</summary>
    public Task<string> TmuxAsync(string arguments) => OnHostAsync($"su -s /bin/sh fleet -c \"tmux {arguments}\"");

    /// <summary>deploy-key.sh in the exporter's container, with root's password and the fingerprint that the host's console shows.</summary>
    public async Task<string> DeployKeyAsync()
    {
        var fingerprint = (await OnHostAsync("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")).Split(' ')[1];
        var run = await SshAsync(
            $"SSH_ASKPASS=./askpass SSH_ASKPASS_REQUIRE=force ./deploy-key.sh --fingerprint {fingerprint} --groups systemd-journal,video "
                + $"--known-hosts {ExporterHome}/known_hosts {ExporterHome}/.ssh/id_ed25519.pub fleet root@{HostAddress}");
        return run.Output;
    }

    /// <summary>deploy-key.sh for a person who attaches to tmux sessions, from this machine.</summary>
    public async Task AllowOperatorAsync()
    {
        var run = await Tool.TryAsync(
            Repository.PathOf("scripts", "deploy-key.sh"),
            ["--yes", "--pty", "--known-hosts", _folder.PathOf("known_hosts"), _folder.PathOf("operator.pub"), "fleet", $"root@{HostAddress}"], null,
            new Dictionary<string, string> { ["SSH_ASKPASS"] = _folder.PathOf("askpass"), ["SSH_ASKPASS_REQUIRE"] = "force" });
        Assert.True(run.Exit == 0, run.Output + run.Error);
    }

    /// <summary>Adds the host to fleet.yml, which the exporter reloads.</summary>
    public Task ConfigureAsync() => SshAsync(
        $"cd /etc/fleet-exporter && sed 's/^hosts: .*//' fleet.yml >new && printf 'poll_interval: 1s\\nlegacy_after: 1m\\nhosts:\\n"
            + $"  - {{ name: {Host}, address: {HostAddress} }}\\n' >>new && mv new fleet.yml");

    public async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(path, TestContext.Current.CancellationToken))!;

    /// <summary>The host of the API once the condition holds.</summary>
    public async Task<JsonNode> UntilHostAsync(string what, Func<JsonNode, bool> holds, int seconds = 60)
    {
        JsonNode? last = null;
        return await Until.SeenAsync(
            async () => holds(last = await JsonAsync($"/api/hosts/{Host}")) ? last : null, what, () => $"{last}", TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Runs a command line as an operator does in a terminal.</summary>
    public Child Terminal(string command) => Child.Start(
        "script", ["-qec", command, "/dev/null"], _folder.Path,
        new Dictionary<string, string?> { ["PATH"] = $"{_folder.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}", ["TERM"] = "xterm" });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _containers.DisposeAsync();
    }

    [GeneratedRegex(@"API key for the web interface, shown only now: (\S+)")]
    private static partial Regex KeyLine();
}
