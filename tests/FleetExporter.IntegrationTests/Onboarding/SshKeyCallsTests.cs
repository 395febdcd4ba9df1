using System.Net;
using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Onboarding;

/// <summary>Keys that the service creates and lists, with the real sshd and OpenSSH's tools.</summary>
public abstract class SshKeyCallsTests(string client) : SshTests(client)
{
    private const string Other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII other";

    private const string OwnKeys = "AuthorizedKeysFile .ssh/authorized_keys";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_key_logs_in_after_its_line_has_run_on_the_host()
    {
        await using var machine = await StartMachineAsync(options: OwnKeys);
        await using var exporter = await Exporter.StartAsync(machine.Folder, $"ssh: {{ client: {Client} }}\nhosts: []\n");
        machine.Folder.Write("data/known_hosts", machine.Server.KnownHost());
        await machine.User.WriteAsync(".ssh/authorized_keys", Other);

        var key = await exporter.DoAsync(HttpMethod.Post, "/api/ssh/keys", new { name = "lab" });

        var path = machine.Folder.PathOf("data", "keys", "lab");
        Assert.Equal((path, "ssh-ed25519"), (key.Text("path"), key.Text("type")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(machine.Folder.PathOf("data", "keys")));
        Assert.Equal(key.Text("public_key").Split(' ')[..2], (await Tool.RunAsync("ssh-keygen", "-y", "-f", path)).Trimmed.Split(' ')[..2]);
        Assert.Equal(key.Text("fingerprint"), (await Tool.RunAsync("ssh-keygen", "-lf", path)).Output.Split(' ')[1]);

        var host = HostCalls.Host(machine, key: path, name: "lab");
        Assert.Equal("login failed auth", (await exporter.ProbeAsync(host)).Steps()[4]);
        foreach (var shell in new[] { "sh", "bash", "dash", "bash" })
        {
            await machine.User.RunAsync(shell, "-c", key.Text("install_command"));
        }

        var lines = (await machine.User.RunAsync("cat", Path.Combine(machine.User.Home, ".ssh/authorized_keys"))).Output.Split('\n');
        Assert.Equal([Other, key.Text("public_key"), ""], lines);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(machine.User.Home, ".ssh/authorized_keys")));
        Assert.Equal("login ok", (await exporter.ProbeAsync(host)).Steps()[4]);
        await exporter.DoAsync(HttpMethod.Post, "/api/dgx/connections", host);
        await exporter.UntilOnlineAsync("lab");
        Assert.DoesNotContain("PRIVATE KEY", exporter.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_listed_with_what_they_need_and_a_name_is_taken_once()
    {
        using var folder = new TestFolder();
        foreach (var (name, type, phrase) in new[] { ("rsa", "rsa", ""), ("ecdsa", "ecdsa", ""), ("secret", "ed25519", "phrase") })
        {
            await Tool.RunAsync("ssh-keygen", "-q", "-t", type, "-N", phrase, "-C", $"me@{name}", "-f", folder.PathOf(name));
        }

        await Tool.RunAsync("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", folder.PathOf("pem"));
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "phrase", "-f", folder.PathOf("pem_secret"));
        folder.Write("damaged", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
        folder.Write("open", await File.ReadAllTextAsync(folder.PathOf("rsa"), Stop));
        folder.Write("no key", "text");
        File.CreateSymbolicLink(folder.PathOf("outside"), "/etc/passwd");
        File.SetUnixFileMode(folder.PathOf("damaged"), UnixFileMode.UserRead);
        await using var exporter = await Exporter.StartAsync(folder, $"ssh: {{ client: {Client}, key_dirs: [.] }}\nhosts: []\n");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => exporter.Http.PostAsJsonAsync("/api/ssh/keys", new { name = "lab" }, Stop)));
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict],
            answers.Select(a => a.StatusCode).Order());
        foreach (var wrong in new[] { "", "../x", "a b", ".hidden", "x.pub", "-x", new string('a', 64) })
        {
            var (status, _) = await exporter.CallAsync(HttpMethod.Post, "/api/ssh/keys", new { name = wrong });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        }

        var list = await exporter.JsonAsync("/api/ssh/keys");
        Assert.Equal(folder.PathOf("data", "keys"), list.Text("folder"));
        var keys = list.List("items").ToDictionary(k => Path.GetFileName(k.Text("path")), StringComparer.Ordinal);
        Assert.Equal(["damaged", "ecdsa", "lab", "open", "pem", "pem_secret", "rsa", "secret"], keys.Keys.Order(StringComparer.Ordinal));
        foreach (var name in new[] { "ecdsa", "lab", "pem", "pem_secret", "rsa", "secret" })
        {
            var path = keys[name].Text("path");
            Assert.Equal((await Tool.RunAsync("ssh-keygen", "-lf", path + ".pub")).Output.Split(' ')[1], keys[name].Text("fingerprint"));
            Assert.Equal((await File.ReadAllTextAsync(path + ".pub", Stop)).Trim(), keys[name].Text("public_key"));
            Assert.Contains(keys[name].Text("public_key"), keys[name].Text("install_command"), StringComparison.Ordinal);
            var isSecret = name.Contains("secret", StringComparison.Ordinal);
            Assert.Equal(
                (isSecret, !isSecret), (keys[name]["needs_passphrase"]!.GetValue<bool>(), keys[name]["usable"]!.GetValue<bool>()));
            Assert.Equal(isSecret, keys[name].Text("reason").Contains("passphrase", StringComparison.Ordinal));
        }

        Assert.Equal("me@rsa", keys["rsa"].Text("comment"));
        Assert.Contains("chmod 600", keys["open"].Text("reason"), StringComparison.Ordinal);
        Assert.Equal("", keys["damaged"].Text("public_key"));
        Assert.DoesNotContain("PRIVATE KEY", list.ToJsonString(), StringComparison.Ordinal);
    }

    public sealed class WithBuiltinClient() : SshKeyCallsTests("builtin");

    public sealed class WithOpenSsh() : SshKeyCallsTests("openssh");
}
