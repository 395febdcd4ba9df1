using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary><c>fleet-exporter probe HOST</c> against real servers: verdict, reason and fix of every step.</summary>
public abstract class ProbeTests(string client) : SshTests(client)
{
    private static readonly string[] Reaching = ["client", "name", "port", "host key", "login", "shell"];

    internal static readonly string[] Collectors =
    [
        "system", "host", "temperature", "tmux", "tmux_users", "systemd", "gpu_owners", "containers", "processes", "filesystem", "gpu",
        "gpu_processes", "gpu_details", "gpu_profile", "xid",
    ];

    [Fact]
    public async Task A_good_host_passes_every_check_and_no_process_is_left()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        machine.Folder.Write("fleet.yml", machine.Config());
        var probed = await ProbeAsync(machine.Folder, "box");

        Assert.True(probed.Exit == 0, probed.ToString());
        Assert.Equal([.. Reaching, .. Collectors], probed.Rows.Select(r => r.Text("check")));
        Assert.All(probed.Rows, r => Assert.Contains(r.Text("verdict"), new[] { "ok", "off" }));
        Assert.Equal("1 × NVIDIA H100 80GB HBM3", probed["gpu"].Text("detail"));
        Assert.Equal($"as {machine.User.Name}", probed["login"].Text("detail"));
        Assert.Equal("3 processes", probed["gpu_processes"].Text("detail"));

        var table = await RunAsync(machine.Folder, "box");
        Assert.True(table.Exit == 0, table.Error);
        Assert.DoesNotContain('\e', table.Output + table.Error);
        foreach (var row in probed.Rows)
        {
            Assert.Contains(
                table.Output.Split('\n').Select(l => System.Text.RegularExpressions.Regex.Split(l.Trim(), " {2,}")),
                cells => cells is [var check, var verdict, ..] && check == row.Text("check") && verdict == row.Text("verdict"));
        }

        await CheckNothingLeftAsync(machine, table.Output);
    }

    [Fact]
    public async Task Each_failure_is_reported_at_its_step_with_a_fix()
    {
        await using var machine = await StartMachineAsync();
        await using var nobody = await TestUser.CreateAsync(machine.Folder, "/bin/false");
        await using var stranger = await SshServer.StartAsync(machine.Folder, "stranger");
        await using var changed = await SshServer.StartAsync(machine.Folder, "changed");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", machine.Folder.PathOf("wrong_key"));
        var before = changed.KnownHost();
        await changed.StopAsync();
        await changed.ChangeHostKeyAsync();
        await changed.StartAgainAsync();
        var closed = Ports.Free();
        machine.Folder.Write("fleet.yml", machine.Config(hosts: $"""
            - {"{"} name: refused, address: "127.0.0.1:{closed}" {"}"}
            - {"{"} name: dns, address: no-such-host.invalid {"}"}
            - {"{"} name: unknown, address: {stranger.Address} {"}"}
            - {"{"} name: changed, address: {changed.Address} {"}"}
            - {"{"} name: auth, address: {machine.Server.Address}, key_file: wrong_key {"}"}
            - {"{"} name: nokey, address: {machine.Server.Address}, key_file: no_such_key {"}"}
            - {"{"} name: shell, address: {machine.Server.Address}, user: {nobody.Name} {"}"}
            """));
        await File.AppendAllTextAsync(machine.Folder.PathOf("known_hosts"), before, TestContext.Current.CancellationToken);

        await FailsAsync("dns", "name", "dns");
        var refused = await FailsAsync("refused", "port", "refused");
        Assert.Contains(closed.ToString(System.Globalization.CultureInfo.InvariantCulture), refused.Text("detail"), StringComparison.Ordinal);
        var unknown = await FailsAsync("unknown", "host key", "hostkey_unknown");
        Assert.Contains(await stranger.FingerprintAsync(), unknown.Text("detail"), StringComparison.Ordinal);
        var other = await FailsAsync("changed", "host key", "hostkey_changed");
        Assert.Contains(await changed.FingerprintAsync(), other.Text("detail"), StringComparison.Ordinal);
        await FailsAsync("auth", "login", "auth");
        var key = await FailsAsync("nokey", "login", "auth");
        Assert.Equal($"the key file {machine.Folder.PathOf("no_such_key")} does not exist on this machine", key.Text("detail"));
        Assert.Contains("Correct key_file", key.Text("fix"), StringComparison.Ordinal);
        await FailsAsync("shell", "shell", "shell");

        // The command that trusts the key is on one line, so that it can be copied.
        var table = await RunAsync(machine.Folder, "unknown");
        Assert.Contains(table.Output.Split('\n'), l => l.Contains($"fleet-exporter trust {stranger.Address}", StringComparison.Ordinal));
        Assert.Contains(unknown.Text("fix"), table.Output, StringComparison.Ordinal);

        async Task<JsonNode> FailsAsync(string host, string step, string reason)
        {
            var probed = await ProbeAsync(machine.Folder, host);
            Assert.True(probed.Exit == 1, probed.ToString());
            var failed = Assert.Single(probed.Rows, r => r.Text("verdict") == "failed");
            Assert.Equal((step, reason), (failed.Text("check"), failed.Text("reason")));
            Assert.NotEqual("", failed.Text("detail"));
            Assert.NotEqual("", failed.Text("fix"));
            Assert.All(probed.Rows.TakeWhile(r => r != failed), r => Assert.Equal("ok", r.Text("verdict")));
            Assert.All(probed.Rows.SkipWhile(r => r != failed).Skip(1), r => Assert.Equal("skipped", r.Text("verdict")));
            Assert.Equal(Reaching, probed.Rows.Select(r => r.Text("check")).Take(Reaching.Length));
            return failed;
        }
    }

    [Fact]
    public async Task A_host_without_nvidia_smi_passes_unless_gpu_is_configured()
    {
        await using var machine = await StartMachineAsync();
        machine.Folder.Write("fleet.yml", machine.Config(hosts: $$"""
            - { name: asked, address: {{machine.Server.Address}}, gpu: true }
            - { name: never, address: {{machine.Server.Address}}, gpu: false }
            """));
        var without = await ProbeAsync(machine.Folder, "box");
        Assert.True(without.Exit == 0, without.ToString());
        Assert.Equal("off", without["gpu"].Text("verdict"));

        var asked = await ProbeAsync(machine.Folder, "asked");
        Assert.True(asked.Exit == 1, asked.ToString());
        Assert.Equal(("failed", "tool_missing"), (asked["gpu"].Text("verdict"), asked["gpu"].Text("reason")));
        Assert.Contains("nvidia-smi", asked["gpu"].Text("fix"), StringComparison.Ordinal);

        var never = await ProbeAsync(machine.Folder, "never");
        Assert.True(never.Exit == 0, never.ToString());
        Assert.Equal(("off", "turned off in the configuration"), (never["gpu"].Text("verdict"), never["gpu"].Text("detail")));
    }

    [Fact]
    public async Task This_machine_is_probed_without_ssh_and_usage_errors_have_exit_codes()
    {
        using var folder = new TestFolder();
        folder.Write("fleet.yml", "hosts: [{ name: here }, { name: there, address: there.invalid }]\n");
        folder.Write("bad.yml", "hosts: [{ nam: here }]\n");
        var here = await ProbeAsync(folder, "here");
        Assert.True(here.Exit == 0, here.ToString());
        Assert.Equal(["shell", .. Collectors], here.Rows.Select(r => r.Text("check")));

        var unknown = await RunAsync(folder, "nowhere");
        Assert.Equal((1, ""), (unknown.Exit, unknown.Output));
        Assert.Contains("no host or target is named nowhere; known names: here, there", unknown.Error, StringComparison.Ordinal);

        var bad = await Tool.TryAsync(Repository.Service, ["--config", folder.PathOf("bad.yml"), "probe", "here"], null, EnvironmentOf(folder));
        Assert.Equal((2, ""), (bad.Exit, bad.Output));
        Assert.Contains("bad.yml:1:", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_server_fails_in_time()
    {
        using var folder = new TestFolder();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        folder.Write("fleet.yml", $"hosts: [{{ name: box, address: \"127.0.0.1:{port}\", client: {Client}, user: nobody, connect_timeout: 2s }}]\n");
        var watch = Stopwatch.StartNew();
        var probed = await ProbeAsync(folder, "box");
        Assert.InRange(watch.Elapsed.TotalSeconds, 1, 2 + 12);
        Assert.True(probed.Exit == 1, probed.ToString());
        Assert.Equal("ok", probed["port"].Text("verdict"));
        Assert.Equal(("failed", "timeout"), (probed["host key"].Text("verdict"), probed["host key"].Text("reason")));
    }

    /// <param name="limit">Each of two commands that hang one after the other is killed after one to two leases of 5 s.</param>
    internal static Task CheckNothingLeftAsync(WatchedMachine machine, string said, int limit = 5) => Until.TrueAsync(
        () => machine.User.Processes.Count == 0, "nothing of the probe is left on the host",
        () => $"{string.Join('\n', machine.User.Processes)}\n{said}",
        TimeSpan.FromSeconds(limit));

    private static Task<ToolResult> RunAsync(TestFolder folder, string host, params IEnumerable<string> more) =>
        Tool.TryAsync(Repository.Service, ["--config", folder.PathOf("fleet.yml"), "probe", host, .. more], null, EnvironmentOf(folder));

    private static async Task<Probed> ProbeAsync(TestFolder folder, string host) => new(await RunAsync(folder, host, "--format", "json"));

    private static Dictionary<string, string> EnvironmentOf(TestFolder folder) => new()
    {
        ["HOME"] = folder.Make("service"),
        ["XDG_RUNTIME_DIR"] = folder.Make("run"),
        ["SSH_AUTH_SOCK"] = "",
    };

    /// <summary>JSON output and exit code of a probe.</summary>
    private sealed class Probed(ToolResult result)
    {
        public int Exit => result.Exit;

        public IReadOnlyList<JsonNode> Rows { get; } =
            result.Output.Length > 0 ? [.. JsonNode.Parse(result.Output)!.AsArray().Select(n => n!)] : throw new FormatException(result.Error);

        public JsonNode this[string check] => Assert.Single(Rows, r => r.Text("check") == check);

        public override string ToString() => $"exit {Exit}\n{result.Output}{result.Error}";
    }

    public sealed class WithBuiltinClient() : ProbeTests("builtin");

    public sealed class WithOpenSsh() : ProbeTests("openssh")
    {
        [Fact]
        public async Task Behind_a_jump_host_name_and_port_are_skipped_and_aliases_resolved()
        {
            await using var machine = await WatchedMachine.StartAsync();
            await using var gate = await SshServer.StartAsync(machine.Folder, "gate");
            await using var porter = await TestUser.CreateAsync(machine.Folder);
            var known = machine.Folder.Write("known_hosts", machine.Server.KnownHost() + gate.KnownHost());
            var rack = $"""
                  HostName 127.0.0.1
                  Port {machine.Server.Port}
                  User {machine.User.Name}
                """;
            machine.Folder.Write("ssh_config", $"""
                Host gate
                  HostName 127.0.0.1
                  Port {gate.Port}
                  User {porter.Name}
                Host direct
                {rack}
                Host behind
                {rack}
                  ProxyJump gate
                Host *
                  IdentityFile {machine.Server.ClientKey}
                  IdentitiesOnly yes
                  UserKnownHostsFile {known}

                """);
            machine.Folder.Write("fleet.yml", """
                ssh: { config_file: ssh_config, known_hosts: known_hosts }
                hosts: [{ name: behind, address: behind }, { name: direct, address: direct }]
                """);

            var behind = await ProbeAsync(machine.Folder, "behind");
            Assert.True(behind.Exit == 0, behind.ToString());
            Assert.Equal(["ok", "skipped", "skipped", "ok", "ok", "ok"], behind.Rows.Take(6).Select(r => r.Text("verdict")));
            Assert.Equal(1, gate.Connections);

            var direct = await ProbeAsync(machine.Folder, "direct");
            Assert.True(direct.Exit == 0, direct.ToString());
            Assert.All(direct.Rows.Take(6), r => Assert.Equal("ok", r.Text("verdict")));
            Assert.StartsWith($"{machine.Server.Port} open", direct["port"].Text("detail"), StringComparison.Ordinal);
        }
    }
}

/// <summary>A probe whose host hangs half way. Apart, because each test waits for the host's watchdog.</summary>
public abstract class HangingProbeTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_hanging_driver_fails_only_its_collectors_in_time()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder).Hang();
        machine.Folder.Write("fleet.yml", machine.Config());
        await using var probe = Launch(machine.Folder, "box");
        Assert.Equal(1, await probe.EndAsync(TimeSpan.FromSeconds(60)));
        var rows = JsonNode.Parse(probe.Output)!.AsArray().Select(n => n!).ToDictionary(r => r.Text("check"));
        Assert.Equal(("failed", "timeout"), (rows["gpu"].Text("verdict"), rows["gpu"].Text("reason")));
        Assert.Contains("hung", rows["gpu"].Text("detail"), StringComparison.Ordinal);
        Assert.All(ProbeTests.Collectors[..10], c => Assert.Contains(rows[c].Text("verdict"), new[] { "ok", "off" }));
        Assert.All(ProbeTests.Collectors[11..13], c => Assert.Equal("skipped", rows[c].Text("verdict")));
        await ProbeTests.CheckNothingLeftAsync(machine, probe.Output, 25);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_probe_at_once_and_leaves_no_process()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder).Hang();
        machine.Folder.Write("fleet.yml", machine.Config());
        await using var probe = Launch(machine.Folder, "box");
        await Until.TrueAsync(() => machine.User.Processes.Any(p => p.Name == "nvidia-smi"), "it hangs in nvidia-smi", () => probe.Output);
        probe.Send(Signal.Int);
        Assert.Equal(130, await probe.EndAsync(TimeSpan.FromSeconds(5)));
        Assert.DoesNotContain("Exception", probe.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(machine.Folder.PathOf("run")));
        await ProbeTests.CheckNothingLeftAsync(machine, probe.Output, 25);
    }

    private static Child Launch(TestFolder folder, string host) => Exporter.Launch(folder, folder.Path, ["probe", host, "--format", "json"]);

    public sealed class WithBuiltinClient() : HangingProbeTests("builtin");

    public sealed class WithOpenSsh() : HangingProbeTests("openssh");
}
