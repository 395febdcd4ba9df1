using FleetExporter.Config;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>
/// A PostgreSQL server of the tests' own in a temporary folder, on loopback, run as the user postgres. One for all tests that want one.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Password = "not a secret: the server ends with the tests";

    private readonly TestFolder _folder = new();
    private Child? _process;
    private int _databases;

    public int Port { get; private set; }

    public string Log => _process?.Output ?? "";

    private static string Bin { get; } = Directory.GetDirectories("/usr/lib/postgresql")
        .OrderBy(d => int.Parse(Path.GetFileName(d), System.Globalization.CultureInfo.InvariantCulture)).Last() + "/bin";

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
        try
        {
            var password = server._folder.Write("password", Password);
            var home = server._folder.Make("pg");
            await Tool.RunAsync("chown", "postgres:", home, password);
            await Tool.RunAsync(
                "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", $"{Bin}/initdb",
                "-D", $"{home}/data", "-U", "fleet", "-E", "UTF8", "--locale=C.UTF-8",
                "--auth=scram-sha-256", $"--pwfile={password}");
            await server.RunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The URL of a new, empty database.</summary>
    public async Task<StoreConfig> NewAsync()
    {
        var name = $"fleet{Interlocked.Increment(ref _databases)}";
        await AskAsync("postgres", $"CREATE DATABASE {name}");
        Assert.True(StoreConfig.TryParse(UrlOf(name), out var config, out _));
        return config;
    }

    public string UrlOf(string database) => $"postgres://fleet:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}/{database}";

    /// <summary>Runs SQL as the owner and returns what it prints.</summary>
    public async Task<string> AskAsync(string database, string sql)
    {
        var result = await TryAskAsync(database, sql);
        Assert.True(result.Exit == 0, result.Error + Log);
        return result.Trimmed;
    }

    public Task<ToolResult> TryAskAsync(string database, string sql) => Tool.TryAsync(
        $"{Bin}/psql",
        ["-h", "127.0.0.1", "-p", $"{Port}", "-U", "fleet", "-d", database, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql], null,
        new Dictionary<string, string> { ["PGPASSWORD"] = Password });

    /// <summary>Ends every process of the server at once, as a power cut would, and starts it again.</summary>
    public async Task CrashAsync()
    {
        await _process!.DisposeAsync();
        await RunAsync();
    }

    /// <summary>SIGINT: its fast, orderly end.</summary>
    public async Task StopAsync()
    {
        _process!.Send(Signal.Int);
        await _process.EndAsync(TimeSpan.FromSeconds(20));
        await _process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Starts it, on the port it had.</summary>
    public async Task RunAsync()
    {
        var home = _folder.PathOf("pg");
        for (var tries = 0; ; tries++)
        {
            Port = Port == 0 || tries > 0 ? Ports.Free() : Port;
            _process = Child.Start(
                "setpriv",
                [
                    "--reuid=postgres", "--regid=postgres", "--clear-groups", $"{Bin}/postgres", "-D", $"{home}/data", "-p", $"{Port}",
                    "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={home}",
                    "-c", "max_connections=50", "-c", "shared_buffers=16MB",
                ],
                home);
            await Until.SeenAsync(
                async () => _process.HasExited || (await TryAskAsync("postgres", "SELECT 1")).Exit == 0 ? "yes" : null,
                "PostgreSQL answers", () => Log);
            if (!_process.HasExited)
            {
                return;
            }

            Assert.True(tries < 3, Log);
        }
    }
}
