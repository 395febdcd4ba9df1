using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Ways to a host that ssh knows and the service leaves to it.</summary>
public sealed class WaysInTests
{
    [Fact]
    public async Task accept_new_writes_the_key_it_saw_into_known_hosts()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var config = machine.Config("host_keys: accept_new");
        File.Delete(machine.Folder.PathOf("known_hosts"));
        await using var exporter = await Exporter.StartAsync(machine.Folder, config);
        await exporter.UntilOnlineAsync();
        var known = await Tool.RunAsync("ssh-keygen", "-l", "-F", $"[127.0.0.1]:{machine.Server.Port}", "-f", machine.Folder.PathOf("known_hosts"));
        Assert.Contains(await machine.Server.FingerprintAsync(), known.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_is_reached_by_its_IPv6_address_and_port()
    {
        await using var machine = await WatchedMachine.StartAsync(options: "ListenAddress ::1");
        var port = machine.Server.Port;
        var config = machine.Config(hosts: $"- {{ name: six, address: \"[::1]:{port}\" }}");
        machine.Folder.Write("known_hosts", machine.Server.KnownHost() + machine.Server.KnownHost().Replace("127.0.0.1", "::1", StringComparison.Ordinal));
        await using var exporter = await Exporter.StartAsync(machine.Folder, config);
        var page = await exporter.UntilAsync("both", p => p.Find("fleet_host_memory_total_bytes", ("host", "six")) > 0 && p.Find("fleet_host_memory_total_bytes", ("host", "box")) > 0);
        Assert.Equal(page.Value("fleet_host_memory_total_bytes", ("host", "box")), page.Value("fleet_host_memory_total_bytes", ("host", "six")));
    }

    [Fact]
    public async Task An_alias_of_ssh_config_is_reached_through_its_jump_host()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var gate = await SshServer.StartAsync(machine.Folder, "gate");
        await using var porter = await TestUser.CreateAsync(machine.Folder);
        var known = machine.Folder.Write("known_hosts", machine.Server.KnownHost() + gate.KnownHost());
        machine.Folder.Write("ssh_config", $"""
            Host gate
              HostName 127.0.0.1
              Port {gate.Port}
              User {porter.Name}
            Host rack7
              HostName 127.0.0.1
              Port {machine.Server.Port}
              User {machine.User.Name}
              ProxyJump gate
            Host *
              IdentityFile {machine.Server.ClientKey}
              IdentitiesOnly yes
              UserKnownHostsFile {known}

            """);
        await using var exporter = await Exporter.StartAsync(machine.Folder, """
            poll_interval: 1s
            hosts: [{ name: box, address: rack7, config_file: ssh_config, known_hosts: known_hosts }]
            """);
        await exporter.UntilOnlineAsync();
        Assert.Equal(1, gate.Connections);
        Assert.Single(machine.User.Samplers);
    }

    [Fact]
    public async Task A_key_may_stay_in_the_agent()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var socket = machine.Folder.PathOf("agent");
        await using var agent = Child.Start("ssh-agent", ["-D", "-a", socket]);
        await Until.TrueAsync(() => File.Exists(socket), "the agent listens", () => agent.Said);
        var added = await Tool.TryAsync("ssh-add", [machine.Server.ClientKey], null, new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = socket });
        Assert.True(added.Exit == 0, added.Error);

        var config = machine.Config("key_file: none");
        await using var exporter = await Exporter.StartAsync(machine.Folder, config, new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket });
        await exporter.UntilOnlineAsync();
    }

    [Fact]
    public async Task A_server_that_allows_one_session_per_connection_still_shows_its_GPU()
    {
        await using var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn, options: "MaxSessions 1");
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await exporter.UntilOnlineAsync();
        Assert.Equal(2, machine.Server.Connections);
    }

    [Fact]
    public async Task The_GPU_stream_shares_the_connection()
    {
        await using var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        Assert.Equal(1, machine.Server.Connections);
        Assert.Equal(2, machine.User.Samplers.Count);
    }
}
