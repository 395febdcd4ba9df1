using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Hosts whose sshd runs another program instead of the requested command (ForceCommand).</summary>
public abstract class ForceCommandTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_wrapper_that_ends_in_a_shell_works()
    {
        await using var machine = await ForcedAsync("echo \"asked: $SSH_ORIGINAL_COMMAND\"\nexec sh -s\n");
        FakeNvidiaSmi.H100(machine.Folder);
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the GPU", p => p.Of("fleet_gpu_info").Any());
        await exporter.UntilOnlineAsync();
        await Until.TrueAsync(() => machine.User.Samplers.Count == 4, "two samplers and two loops", () => string.Join('\n', machine.User.Processes));
        Assert.Equal(1, machine.Server.Connections);
    }

    [Theory]
    [InlineData("echo This account is for backups only >&2\nexit 1\n", "This account is for backups only")]
    [InlineData("exec cat >/dev/null\n", "no hello from the sampler")]
    public async Task A_wrapper_that_ignores_the_command_is_shell(string wrapper, string says)
    {
        await using var machine = await ForcedAsync(wrapper);
        await using var exporter = await machine.WatchAsync("connect_timeout: 2s");
        var host = await exporter.UntilFailsAsync("shell");
        Assert.Contains(says, host.Text("reason"), StringComparison.Ordinal);
        Assert.Equal(1, (await exporter.PageAsync()).Value("fleet_ssh_failure", ("reason", "shell")));
        await Until.TrueAsync(
            () => machine.User.Processes.Count == 0, "nothing is left on the host", () => string.Join('\n', machine.User.Processes));
    }

    private Task<WatchedMachine> ForcedAsync(string wrapper) => StartMachineAsync(
        path: folder =>
        {
            folder.Write("smi/wrapper", "#!/bin/sh\n" + wrapper, executable: true);
            return FakeNvidiaSmi.FolderIn(folder);
        },
        options: "ForceCommand exec wrapper");

    public sealed class WithBuiltinClient() : ForceCommandTests("builtin");

    public sealed class WithOpenSsh() : ForceCommandTests("openssh");
}
