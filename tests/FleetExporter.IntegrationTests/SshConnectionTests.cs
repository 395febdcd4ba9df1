using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Host keys, addresses and sessions of SSH connections.</summary>
public abstract class SshConnectionTests(string client) : SshTests(client)
{
    [Fact]
    public async Task accept_new_writes_the_presented_key_into_known_hosts()
    {
        await using var machine = await StartMachineAsync();
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
        await using var machine = await StartMachineAsync(options: "ListenAddress ::1");
        var port = machine.Server.Port;
        var config = machine.Config(hosts: $"- {{ name: six, address: \"[::1]:{port}\" }}");
        machine.Folder.Write(
            "known_hosts", machine.Server.KnownHost() + machine.Server.KnownHost().Replace("127.0.0.1", "::1", StringComparison.Ordinal));
        await using var exporter = await Exporter.StartAsync(machine.Folder, config);
        var page = await exporter.UntilAsync("both", p =>
            p.Find("fleet_host_memory_total_bytes", ("host", "six")) > 0 && p.Find("fleet_host_memory_total_bytes", ("host", "box")) > 0);
        Assert.Equal(page.Value("fleet_host_memory_total_bytes", ("host", "box")), page.Value("fleet_host_memory_total_bytes", ("host", "six")));
    }

    [Fact]
    public async Task A_server_with_one_session_per_connection_still_has_GPU_metrics()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn, options: "MaxSessions 1");
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await exporter.UntilOnlineAsync();
        Assert.Equal(2, machine.Server.Connections);
    }

    [Fact]
    public async Task The_GPU_stream_and_the_loops_share_the_connection()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        Assert.Equal(1, machine.Server.Connections);
        await Until.TrueAsync(() => machine.User.Samplers.Count == 4, "two samplers and two loops", () => string.Join('\n', machine.User.Processes));
    }

    public sealed class WithBuiltinClient() : SshConnectionTests("builtin");

    public sealed class WithOpenSsh() : SshConnectionTests("openssh");
}
