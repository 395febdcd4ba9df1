using System.Net.Sockets;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real <c>ssh -N -L</c> to a real sshd.</summary>
internal sealed class SshTunnel : IAsyncDisposable
{
    private readonly Child _ssh;

    private SshTunnel(Child ssh, int port)
    {
        _ssh = ssh;
        Port = port;
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <param name="to">Its destination port on the server.</param>
    /// <param name="port">Its local port; null for a free one.</param>
    public static async Task<SshTunnel> OpenAsync(TestFolder folder, SshServer server, int to, int? port = null)
    {
        var listens = port ?? Ports.Free();
        File.WriteAllText(folder.PathOf("tunnel_known_hosts"), server.KnownHost());
        var ssh = Child.Start(
            "ssh",
            [
                "-F", "none", "-N", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes",
                "-o", $"UserKnownHostsFile={folder.PathOf("tunnel_known_hosts")}",
                "-i", server.ClientKey, "-p", $"{server.Port}", "-L", $"127.0.0.1:{listens}:127.0.0.1:{to}", $"{Environment.UserName}@127.0.0.1",
            ]);
        var tunnel = new SshTunnel(ssh, listens);
        await Until.SeenAsync(
            async () =>
            {
                Assert.False(ssh.HasExited, ssh.Output);
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync("127.0.0.1", listens);
                    return tunnel;
                }
                catch (SocketException)
                {
                    return null;
                }
            },
            "the tunnel listens", () => ssh.Output);
        return tunnel;
    }

    /// <summary>Stops (SIGSTOP) ssh: the kernel still accepts connections, but no data passes.</summary>
    public void Pause() => _ssh.Send(Signal.Stop);

    public Task KillAsync() => _ssh.KillAsync();

    public void Continue() => _ssh.Send(Signal.Cont);

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();
}
