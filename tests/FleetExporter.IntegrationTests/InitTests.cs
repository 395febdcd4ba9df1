using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary><c>fleet-exporter init</c> against real servers.</summary>
public abstract class InitTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_new_host_is_written_as_untrusted_and_with_trust_on_first_use_as_reached()
    {
        await using var machine = await StartMachineAsync();
        machine.Config();
        File.Delete(machine.Folder.PathOf("known_hosts"));
        var file = machine.Folder.PathOf("new.yml");
        string[] arguments =
        [
            "init", "--host", $"box={machine.User.Name}@{machine.Server.Address}", "--host", "gone=127.0.0.1:1",
            "--key-file", machine.Server.ClientKey, "--output", file, "--force", "--data-dir", machine.Folder.PathOf("data"),
        ];

        var untrusted = await Tool.TryAsync(Repository.Service, arguments, "", EnvironmentOf(machine));
        Assert.True(untrusted.Exit == 0, untrusted.ToString());
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Matches(@"# Failed: host key \(hostkey_unknown\): [^\n]*\n# Fix: Trust the key of the host: fleet-exporter trust box\n", text);
        Assert.Contains("# Failed: port (refused)", text, StringComparison.Ordinal);
        Assert.False(File.Exists(machine.Folder.PathOf("data", "known_hosts")));

        var trusted = await Tool.TryAsync(Repository.Service, [.. arguments, "--trust-on-first-use"], "", EnvironmentOf(machine));
        Assert.True(trusted.Exit == 0, trusted.ToString());
        Assert.Contains(
            $"box ({machine.Server.Address}) presents the key ssh-ed25519 {await machine.Server.FingerprintAsync()}\n", trusted.Error,
            StringComparison.Ordinal);
        Assert.Contains("1 of 2 reached\n", trusted.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"# Reached; login: as {machine.User.Name}", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var probe = await Tool.TryAsync(Repository.Service, ["--config", file, "probe", "box"], null, EnvironmentOf(machine));
        Assert.True(probe.Exit == 0, probe.ToString());
    }

    private static Dictionary<string, string> EnvironmentOf(WatchedMachine machine) => new()
    {
        ["HOME"] = machine.Folder.Make("service"),
        ["XDG_RUNTIME_DIR"] = machine.Folder.Make("run"),
        ["SSH_AUTH_SOCK"] = "",
    };

    public sealed class WithBuiltinClient() : InitTests("builtin");
}
