using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary><c>fleet-exporter trust HOST</c> against real servers.</summary>
public abstract class TrustTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_confirmed_key_is_written_and_the_folder_created()
    {
        await using var machine = await StartMachineAsync();
        var fingerprint = await machine.Server.FingerprintAsync();
        var file = WriteConfig(machine);

        var refused = await RunAsync(machine, "no\n", "box");
        Assert.Equal(1, refused.Exit);
        Assert.Contains($"{machine.Server.Address} presents the key ssh-ed25519 {fingerprint}\n", refused.Output, StringComparison.Ordinal);
        Assert.Contains("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n", refused.Output, StringComparison.Ordinal);
        var nobody = await RunAsync(machine, null, "box");
        Assert.Equal(1, nobody.Exit);
        Assert.Contains("use --fingerprint", nobody.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(file));

        var trusted = await RunAsync(machine, "yes\n", "box");
        Assert.True(trusted.Exit == 0, trusted.ToString());
        Assert.Equal(
            machine.Server.KnownHost().Split(' ')[..2], (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Split(' ')[..2]);
        Assert.Contains("is already in " + file, (await RunAsync(machine, null, "box")).Output, StringComparison.Ordinal);
        var probe = await Tool.TryAsync(
            Repository.Service, ["--config", machine.Folder.PathOf("fleet.yml"), "probe", "box"], null, EnvironmentOf(machine));
        Assert.True(probe.Exit == 0, probe.ToString());
    }

    [Fact]
    public async Task With_a_fingerprint_only_that_key_is_written()
    {
        await using var machine = await StartMachineAsync();
        var file = WriteConfig(machine);

        Assert.Equal(1, (await RunAsync(machine, null, "box", "--fingerprint", "SHA256:" + new string('A', 43))).Exit);
        Assert.False(File.Exists(file));
        Assert.Equal(0, (await RunAsync(machine, null, machine.Server.Address, "--fingerprint", await machine.Server.FingerprintAsync())).Exit);
        Assert.True(File.Exists(file));

        await machine.Server.StopAsync();
        await machine.Server.ChangeHostKeyAsync();
        await machine.Server.StartAgainAsync();
        var changed = await RunAsync(machine, null, "box", "--yes");
        Assert.Equal(1, changed.Exit);
        Assert.Contains("hostkey_changed: the host presents the key", changed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_written_and_the_reason_is_printed()
    {
        await using var machine = await StartMachineAsync();
        var file = WriteConfig(machine);

        var unknown = await RunAsync(machine, null, "no such host", "--yes");
        Assert.Equal(1, unknown.Exit);
        Assert.Contains("no such host is neither an SSH host", unknown.Error, StringComparison.Ordinal);
        await machine.Server.StopAsync();
        var silent = await RunAsync(machine, null, "box", "--yes");
        Assert.Equal(1, silent.Exit);
        Assert.Contains("refused", silent.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    private static string WriteConfig(WatchedMachine machine)
    {
        machine.Folder.Write(
            "fleet.yml", machine.Config().Replace("known_hosts: known_hosts", "known_hosts: new/folder/known_hosts", StringComparison.Ordinal));
        return machine.Folder.PathOf("new/folder/known_hosts");
    }

    private static Task<ToolResult> RunAsync(WatchedMachine machine, string? input, string host, params IEnumerable<string> more) =>
        Tool.TryAsync(Repository.Service, ["--config", machine.Folder.PathOf("fleet.yml"), "trust", host, .. more], input, EnvironmentOf(machine));

    private static Dictionary<string, string> EnvironmentOf(WatchedMachine machine) => new()
    {
        ["HOME"] = machine.Folder.Make("service"),
        ["XDG_RUNTIME_DIR"] = machine.Folder.Make("run"),
        ["SSH_AUTH_SOCK"] = "",
    };

    public sealed class WithBuiltinClient() : TrustTests("builtin");

    public sealed class WithOpenSsh() : TrustTests("openssh");
}
