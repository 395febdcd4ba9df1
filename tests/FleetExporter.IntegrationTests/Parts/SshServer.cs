using System.Globalization;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real sshd on its own port that accepts the client's key for any user.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly string _name;
    private readonly List<string> _hides;
    private readonly RemoteNamespace? _inside;
    private Child? _daemon;

    private SshServer(TestFolder folder, string name, RemoteNamespace? inside, IEnumerable<string> hides)
    {
        _folder = folder;
        _name = name;
        _inside = inside;
        _hides = [.. hides];
    }

    public int Port { get; private set; }

    public string Address => $"{Ip}:{Port}";

    /// <summary>Shell commands for the server's own mount namespace, run before it starts; taken over at the next start.</summary>
    public string Setup { get; set; } = "";

    /// <summary>The accepted private key.</summary>
    public string ClientKey => _folder.PathOf("client_key");

    public string Log => File.Exists(LogPath) ? File.ReadAllText(LogPath) : "";

    /// <summary>Connections that came since the server was first started.</summary>
    public int Connections => Log.Split('\n').Count(l => l.StartsWith("Connection from ", StringComparison.Ordinal));

    private string Ip => _inside?.Address ?? "127.0.0.1";

    private string HostKey => _folder.PathOf(_name + "_host_key");

    private string LogPath => _folder.PathOf(_name + ".log");

    /// <param name="name">Tells the servers of one test apart.</param>
    /// <param name="environment">Set for every login.</param>
    /// <param name="options">More lines of sshd_config.</param>
    /// <param name="setup">See <see cref="Setup"/>.</param>
    /// <param name="inside">Where it runs, when not on the loopback address of this machine.</param>
    /// <param name="hides">Programs of /usr/bin that are not there for those who log in; needs the right to make a mount namespace.</param>
    public static async Task<SshServer> StartAsync(
        TestFolder folder, string name = "sshd", IReadOnlyDictionary<string, string>? environment = null, string options = "", string setup = "",
        RemoteNamespace? inside = null, params IEnumerable<string> hides)
    {
        var server = new SshServer(folder, name, inside, hides) { Setup = setup };
        await server.ChangeHostKeyAsync();
        if (!File.Exists(server.ClientKey))
        {
            await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", server.ClientKey);
        }

        Directory.CreateDirectory("/run/sshd");
        var variables = string.Join(' ', (environment ?? new Dictionary<string, string>()).Select(v => $"{v.Key}={v.Value}"));
        for (var tries = 0; server._daemon is null; tries++)
        {
            server.Port = Ports.Free();
            // Of most keywords sshd takes the first value, so the options of the test win.
            server._folder.Write(name + "_config", $"""
                {options}
                ListenAddress {server.Ip}
                Port {server.Port}
                HostKey {server.HostKey}
                PidFile {folder.PathOf(name + ".pid")}
                AuthorizedKeysFile {server.ClientKey}.pub
                UsePAM no
                StrictModes no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                PrintMotd no
                MaxStartups 100
                LogLevel VERBOSE
                {(variables.Length > 0 ? "SetEnv " + variables : "")}

                """);
            if (!await server.TryStartAsync() && tries == 5)
            {
                Assert.Fail($"sshd does not start:\n{server.Log}");
            }
        }

        return server;
    }

    /// <summary>Writes a known_hosts file for this server and returns its path.</summary>
    public string KnownHostsFile() => _folder.Write(_name + "_known_hosts", KnownHost());

    /// <summary>A line of known_hosts for this server.</summary>
    public string KnownHost() => $"[{Ip}]:{Port} {File.ReadAllText(HostKey + ".pub")}";

    /// <summary>Fingerprint of the host key as ssh-keygen -l prints it.</summary>
    public async Task<string> FingerprintAsync() => (await Tool.RunAsync("ssh-keygen", "-lf", HostKey + ".pub")).Output.Split(' ')[1];

    /// <summary>Takes effect at the next start.</summary>
    public async Task ChangeHostKeyAsync()
    {
        File.Delete(HostKey);
        File.Delete(HostKey + ".pub");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "host", "-f", HostKey);
    }

    /// <summary>Starts again on the port it had.</summary>
    public Task StartAgainAsync() => Until.SeenAsync(async () => await TryStartAsync() ? this : null, "sshd starts again", () => Log);

    /// <summary>Ends the server and every session on it.</summary>
    public async Task StopAsync()
    {
        if (_daemon is not null)
        {
            Continue();
            await _daemon.DisposeAsync();
            _daemon = null;
        }
    }

    /// <summary>Stops (SIGSTOP) the server and the server side of every session; the clients' connections stay, silent.</summary>
    public void Pause() => SendAll(Signal.Stop);

    public void Continue() => SendAll(Signal.Cont);

    /// <summary>Kills the server side of every session; the server goes on.</summary>
    public void KillSessions()
    {
        foreach (var session in SessionProcesses())
        {
            Processes.Send(session, Signal.Kill);
        }
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    /// <summary>Runs shell commands as root in the mount namespace of the running server.</summary>
    public Task<ToolResult> InsideAsync(string commands) =>
        Tool.RunAsync("nsenter", "-t", _daemon!.Pid.ToString(CultureInfo.InvariantCulture), "-m", "sh", "-c", commands);

    private void SendAll(Signal signal)
    {
        foreach (var process in SessionProcesses().Append(_daemon!.Pid))
        {
            Processes.Send(process, signal);
        }
    }

    private List<int> SessionProcesses() => [.. Processes.Below(_daemon!.Pid).Where(p => p.Name == "sshd").Select(p => p.Pid)];

    /// <summary>A folder to lie over /usr/bin: links to all programs but those that are hidden.</summary>
    private string LinksToTheRest()
    {
        var links = _folder.PathOf("links");
        if (Directory.Exists(links))
        {
            return links;
        }

        _folder.Make("links");
        foreach (var program in Directory.EnumerateFileSystemEntries("/usr/bin").Select(p => Path.GetFileName(p)).Where(p => !_hides.Contains(p)))
        {
            File.CreateSymbolicLink(Path.Combine(links, program), _folder.PathOf("real", program));
        }

        return links;
    }

    private async Task<bool> TryStartAsync()
    {
        var from = Log.Length;
        string[] daemon = [.. _inside?.Within ?? [], "/usr/sbin/sshd", "-D", "-f", _folder.PathOf(_name + "_config"), "-E", LogPath];
        List<string> steps = [];
        if (Setup.Length > 0)
        {
            steps.Add(Setup);
        }

        if (_hides.Count > 0)
        {
            steps.AddRange([$"mount --bind /usr/bin {_folder.Make("real")}", $"mount --bind {LinksToTheRest()} /usr/bin"]);
        }

        var child = steps.Count > 0
            ? Child.Start("unshare", ["-m", "sh", "-c", string.Join(" && ", [.. steps, "exec \"$@\""]), "sh", .. daemon])
            : Child.Start(daemon[0], daemon[1..]);
        await Until.TrueAsync(
            () => child.HasExited || Log[from..].Contains("Server listening on", StringComparison.Ordinal), "sshd listens", () => Log + child.Output);
        if (child.HasExited)
        {
            await child.DisposeAsync();
            return false;
        }

        _daemon = child;
        return true;
    }
}
