using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>A real sshd whose login runs <c>Peer/peer.py</c> instead of a shell. It yields the CPU: a real attacker uses another machine's.</summary>
internal sealed class HostilePeer : IAsyncDisposable
{
    private readonly SshServer _server;
    private readonly string _attackFile;
    private readonly string _log;

    private HostilePeer(SshServer server, string attackFile, string log)
    {
        _server = server;
        _attackFile = attackFile;
        _log = log;
    }

    public string Address => _server.Address;

    /// <summary>A line of known_hosts.</summary>
    public string KnownHost => _server.KnownHost();

    /// <param name="name">Tells the peers of one test apart.</param>
    public static async Task<HostilePeer> StartAsync(WatchedMachine machine, string name = "hostile")
    {
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Hostile", "Peer"), "*.py"))
        {
            machine.Folder.Write(Path.Combine("peer", Path.GetFileName(file)), await File.ReadAllTextAsync(file));
        }

        await machine.User.WriteAsync(name + ".log", "");
        var attackFile = machine.Folder.Write(name + ".attack", "");
        var log = Path.Combine(machine.User.Home, name + ".log");
        var server = await SshServer.StartAsync(
            machine.Folder, name, options: $"ForceCommand exec /usr/bin/python3 -B {machine.Folder.PathOf("peer", "peer.py")} {attackFile} {log}",
            setup: "renice -n 19 $$ >/dev/null");
        return new HostilePeer(server, attackFile, log);
    }

    /// <summary>Sessions that are opened from now on play this attack.</summary>
    public void Choose(Attack attack) => File.WriteAllText(_attackFile, attack.Name);

    /// <summary>How often the attack has been played.</summary>
    public int Played(Attack attack) => File.ReadAllLines(_log).Count(l => l == attack.Name);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
