namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A folder, an sshd and a user: all that a watched host needs.</summary>
internal sealed class WatchedMachine : IAsyncDisposable
{
    private WatchedMachine(TestFolder folder, SshServer server, TestUser user, string client)
    {
        Client = client;
        Folder = folder;
        Server = server;
        User = user;
    }

    /// <summary><c>ssh.client</c> in fleet.yml.</summary>
    public string Client { get; }

    public TestFolder Folder { get; }

    public SshServer Server { get; }

    public TestUser User { get; }

    /// <param name="setup">Commands for the machine's own mount namespace: <see cref="SshServer.Setup"/>.</param>
    /// <param name="inside">Where its sshd runs, when not on the loopback address of this machine.</param>
    /// <param name="client"><c>ssh.client</c> in fleet.yml.</param>
    /// <param name="path">Folders that come first on the PATH of those who log in; given the machine's folder.</param>
    public static async Task<WatchedMachine> StartAsync(
        string shell = "/bin/bash", Func<TestFolder, string>? path = null, string options = "", string setup = "", RemoteNamespace? inside = null,
        string client = "auto", params IEnumerable<string> hides)
    {
        var folder = new TestFolder();
        SshServer? server = null;
        try
        {
            var environment = path is null ? null : new Dictionary<string, string> { ["PATH"] = path(folder) + ":/usr/local/bin:/usr/bin:/bin" };
            server = await SshServer.StartAsync(folder, environment: environment, options: options, setup: setup, inside: inside, hides: hides);
            return new WatchedMachine(folder, server, await TestUser.CreateAsync(folder, shell), client);
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            folder.Dispose();
            throw;
        }
    }

    /// <summary>fleet.yml with this machine as the host <c>box</c>, its key known.</summary>
    /// <param name="box">More keys of the host, one a line.</param>
    /// <param name="hosts">More hosts, as items of the list.</param>
    /// <param name="interval">Seconds between polls.</param>
    public string Config(string box = "", string hosts = "", int interval = 1)
    {
        Folder.Write("known_hosts", Server.KnownHost());
        return $"""
            poll_interval: {interval}s
            ssh:
              client: {Client}
              user: {User.Name}
              key_file: {Server.ClientKey}
              known_hosts: known_hosts
              connect_timeout: 5s
            hosts:
              - name: box
                address: {Server.Address}
            {Indented(box, 4)}
            {Indented(hosts, 2)}

            """;
    }

    public Task<Exporter> WatchAsync(string box = "", string hosts = "", IReadOnlyDictionary<string, string?>? environment = null) =>
        Exporter.StartAsync(Folder, Config(box, hosts), environment);

    /// <summary>Watches this machine and the host <c>other</c>, and waits until both are online.</summary>
    public async Task<Exporter> WatchWithAsync(SshServer other)
    {
        var config = Config(hosts: $"- {{ name: other, address: {other.Address} }}");
        await File.AppendAllTextAsync(Folder.PathOf("known_hosts"), other.KnownHost());
        var exporter = await Exporter.StartAsync(Folder, config);
        try
        {
            await exporter.UntilOnlineAsync();
            await exporter.UntilOnlineAsync("other");
            return exporter;
        }
        catch
        {
            await exporter.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await User.DisposeAsync();
        Folder.Dispose();
    }

    private static string Indented(string text, int by) =>
        string.Join('\n', text.Split('\n').Select(l => l.Length > 0 ? new string(' ', by) + l : l));
}
