using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Deployment;

/// <summary>
/// A host whose sshd accepts passwords: of root, of alice, who may use sudo with her password, and of bob, who may not.
/// Its /etc and /home are its own in a mount namespace, so that new users are this host's only. The password of NAME is secret-NAME.
/// </summary>
internal sealed class PasswordHost : IAsyncDisposable
{
    private const string Options =
        "PasswordAuthentication yes\nPermitRootLogin yes\nAuthorizedKeysFile .ssh/authorized_keys\nStrictModes yes";

    private readonly TestFolder _folder;

    private PasswordHost(TestFolder folder, SshServer server)
    {
        _folder = folder;
        Server = server;
    }

    public SshServer Server { get; }

    /// <summary>Prompts for passwords since the start, one a line.</summary>
    public IReadOnlyList<string> Prompts => File.Exists(_folder.PathOf("prompts")) ? File.ReadAllLines(_folder.PathOf("prompts")) : [];

    public string KnownHosts => _folder.PathOf("exporter", "known_hosts");

    /// <summary>The public key to deploy; the private key is beside it.</summary>
    public string Key => _folder.PathOf("exporter", "key.pub");

    public static async Task<PasswordHost> StartAsync(TestFolder folder)
    {
        folder.Make("exporter");
        folder.Make("home");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "fleet-exporter@test", "-f", folder.PathOf("exporter", "key"));
        folder.Write("askpass", $"""
            #!/bin/sh
            echo "$1" >>{folder.PathOf("prompts")}
            for name in root alice bob; do case $1 in $name@* | *" $name "*) echo secret-$name ;; esac; done

            """, executable: true);
        var etc = folder.Make("etc");
        string[] setup =
        [
            $"cp -a /etc/. {etc} && mount --bind {etc} /etc",
            "for d in /home /var/log /var/mail /var/lib/sudo; do mkdir -p $d; mount -t tmpfs -o mode=755 tmpfs $d; done",
            "for name in alice bob; do useradd --create-home --shell /bin/bash $name || exit; done",
            "for name in root alice bob; do echo $name:secret-$name; done | chpasswd",
            "echo 'alice ALL=(ALL) ALL' >/etc/sudoers.d/alice && chmod 440 /etc/sudoers.d/alice",
        ];
        var server = await SshServer.StartAsync(folder, "host", options: Options, setup: string.Join(" && ", setup));
        return new PasswordHost(folder, server);
    }

    /// <summary>Runs scripts/deploy-key.sh for the user fleet, without a terminal.</summary>
    /// <param name="logins">root, alice, bob, or whole hosts.</param>
    public Task<ToolResult> DeployAsync(IReadOnlyList<string> options, params IEnumerable<string> logins) => RunAsync(
        [.. options, "--known-hosts", KnownHosts, Key, "fleet", .. logins.Select(l => l.Contains('@') ? l : $"{l}@{Server.Address}")]);

    public Task<ToolResult> RunAsync(IReadOnlyList<string> arguments) => Tool.TryAsync(
        "setsid", ["--wait", Repository.PathOf("scripts", "deploy-key.sh"), .. arguments], null, new Dictionary<string, string>
        {
            ["HOME"] = _folder.PathOf("home"),
            ["SSH_AUTH_SOCK"] = "",
            ["SSH_ASKPASS"] = _folder.PathOf("askpass"),
            ["SSH_ASKPASS_REQUIRE"] = "force",
        });

    /// <summary>The output of shell commands that run as root on the host.</summary>
    public async Task<string> OnHostAsync(string commands)
    {
        var result = await Server.InsideAsync(commands);
        Assert.True(result.Exit == 0, result.Error + result.Output);
        return result.Trimmed;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
