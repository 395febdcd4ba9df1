using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>Configurations with which the test process logs in to an sshd.</summary>
internal static class SshLogin
{
    public static HostAddress HostAddress(this SshServer server)
    {
        Assert.True(Config.HostAddress.TryParse(server.Address, out var address, out var error), error);
        return address;
    }

    public static SshConfig Login(this SshServer server, TestUser user, string client = "builtin") => new()
    {
        Client = client switch { "builtin" => SshClientKind.Builtin, "openssh" => SshClientKind.OpenSsh, _ => SshClientKind.Auto },
        User = user.Name,
        KeyFile = server.ClientKey,
        KnownHosts = server.KnownHostsFile(),
        ConnectTimeout = TimeSpan.FromSeconds(15),
    };

    public static SshConfig Login(this WatchedMachine machine) => machine.Server.Login(machine.User, machine.Client);
}
