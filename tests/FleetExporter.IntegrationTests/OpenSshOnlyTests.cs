using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Features for which <c>client: auto</c> chooses OpenSSH.</summary>
public sealed class OpenSshOnlyTests
{
    [Fact]
    public async Task An_alias_of_ssh_config_is_reached_through_a_jump_host()
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
    public async Task A_key_can_be_in_the_agent_only()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var socket = machine.Folder.PathOf("agent");
        await using var agent = Child.Start("ssh-agent", ["-D", "-a", socket]);
        await Until.TrueAsync(() => File.Exists(socket), "the agent listens", () => agent.Output);
        var added = await Tool.TryAsync("ssh-add", [machine.Server.ClientKey], null, new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = socket });
        Assert.True(added.Exit == 0, added.Error);

        var config = machine.Config("key_file: none");
        await using var exporter = await Exporter.StartAsync(machine.Folder, config, new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket });
        await exporter.UntilOnlineAsync();
    }
}
