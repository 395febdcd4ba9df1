using System.Net;
using System.Net.Sockets;
using FleetExporter.Access;
using FleetExporter.Cli.Doctor;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Metrics;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Cli.Doctor;

/// <summary>The checks of programs, disk, store and port.</summary>
public sealed class LocalChecksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{ name: a, address: h, client: openssh }", "ssh", FindingStatus.Failed)]
    [InlineData("{ name: a, address: h, client: builtin }", "ssh", FindingStatus.Ok)]
    [InlineData("{ name: a }", "ssh", FindingStatus.Skipped)]
    [InlineData("{ name: a }", "tmux", FindingStatus.Warning)]
    [InlineData("{ name: a, tmux: { enabled: false } }", "tmux", FindingStatus.Skipped)]
    [InlineData("{ name: a }", "nvidia-smi", FindingStatus.Warning)]
    [InlineData("{ name: a, gpu: false }", "nvidia-smi", FindingStatus.Skipped)]
    public async Task A_missing_program_matters_where_it_is_used(string host, string program, FindingStatus status)
    {
        var findings = await new ProgramChecks(ConfigOf($"hosts: [{host}]"), (_, _) => Task.FromResult<string?>(null)).RunAsync();

        Assert.Equal(status, findings.Single(f => f.Subject == program).Status);
    }

    [Fact]
    public async Task Versions_are_found_and_outputs_are_one_printable_line()
    {
        static Task<string?> Read(string program, IReadOnlyList<string> arguments) => Task.FromResult<string?>($"{program} 1\n\u001b[2J2");

        var findings = await new ProgramChecks(ConfigOf("hosts: [{ name: a }, { name: b, address: h }]"), Read).RunAsync();

        Assert.All(findings, f => Assert.Equal(FindingStatus.Ok, f.Status));
        Assert.Equal("nvidia-smi 1;  [2J2", findings.Single(f => f.Subject == "nvidia-smi").Detail);
    }

    [Fact]
    public async Task A_program_that_is_missing_or_fails_has_no_output()
    {
        Assert.Null(await ProgramOutput.ReadAsync("no-such-program", [], Stop));
        Assert.Null(await ProgramOutput.ReadAsync("sh", ["-c", "echo x; exit 1"], Stop));
        Assert.Equal("out", await ProgramOutput.ReadAsync("sh", ["-c", "echo out; echo err >&2"], Stop));
        Assert.Equal("err", await ProgramOutput.ReadAsync("sh", ["-c", "echo err >&2"], Stop));
        Assert.Equal(64 * 1024, (await ProgramOutput.ReadAsync("sh", ["-c", "head -c 1000000 /dev/zero | tr '\\0' x"], Stop))!.Length);
    }

    [Theory]
    [InlineData(99, "dev 1000 100 900 10% /", FindingStatus.Failed, FindingStatus.Ok)]
    [InlineData(1023, "dev 1000 960 40 96% /", FindingStatus.Warning, FindingStatus.Warning)]
    [InlineData(1024, "dev 1000 1000 0 100% /", FindingStatus.Ok, FindingStatus.Failed)]
    [InlineData(1024, "dev 0 0 0 - /", FindingStatus.Ok, FindingStatus.Skipped)]
    [InlineData(1024, "no table", FindingStatus.Ok, FindingStatus.Skipped)]
    [InlineData(1024, null, FindingStatus.Ok, FindingStatus.Skipped)]
    public void Space_and_inodes_must_be_left(long mebibytes, string? df, FindingStatus space, FindingStatus inodes) => Assert.Equal(
        [space, inodes],
        DiskChecks.Run("/data", mebibytes << 20, df is null ? null : $"Filesystem Inodes IUsed IFree IUse% Mounted on\n{df}").Select(f => f.Status));

    [Theory]
    [InlineData("yes", FindingStatus.Ok)]
    [InlineData("no", FindingStatus.Warning)]
    [InlineData("", FindingStatus.Skipped)]
    [InlineData(null, FindingStatus.Skipped)]
    public void The_clock_should_be_synchronised(string? said, FindingStatus status) => Assert.Equal(status, TimeChecks.Run(said).Status);

    [Fact]
    public async Task The_store_must_be_whole_and_of_a_supported_schema()
    {
        var config = ConfigOf("");
        Directory.CreateDirectory(config.DataDir);
        Assert.Equal(FindingStatus.Skipped, (await StoreChecks.RunAsync(config, Stop)).Status);
        var file = Path.Combine(config.DataDir, SqliteFile.Name);
        await using (var database = Databases.Create(config.Store, config.DataDir, TimeProvider.System, new StoreMetrics(new ExporterMetrics())))
        {
            Assert.Null(await database.OpenAsync(Stop));
        }

        var whole = await StoreChecks.RunAsync(config, Stop);
        Assert.Equal(FindingStatus.Ok, whole.Status);
        Assert.Contains($"schema {SqliteFile.SupportedSchema} of {SqliteFile.SupportedSchema}", whole.Detail, StringComparison.Ordinal);

        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_version (version, applied_at) VALUES (999, 0)";
            await command.ExecuteNonQueryAsync(Stop);
        }

        Assert.Contains("newer than this version", (await StoreChecks.RunAsync(config, Stop)).Detail, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, new string('x', 8192), Stop);
        Assert.Equal(FindingStatus.Failed, (await StoreChecks.RunAsync(config, Stop)).Status);
    }

    [Fact]
    public async Task A_PostgreSQL_that_does_not_answer_is_a_failure_without_the_password()
    {
        var config = ConfigOf($"store: {{ connection: \"postgres://u:hidden@127.0.0.1:{FakeTcpServer.DeadPort()}/d\" }}");

        var found = await StoreChecks.RunAsync(config, Stop);

        Assert.Equal(FindingStatus.Failed, found.Status);
        Assert.DoesNotContain("hidden", found.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_is_free_taken_or_used_by_the_exporter_of_the_data_folder()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var config = ConfigOf($"listen: {taken.LocalEndpoint}");
        Directory.CreateDirectory(config.DataDir);
        var used = await ListenChecks.RunAsync(config, Stop);
        Assert.Equal(FindingStatus.Failed, used.Status);
        Assert.Contains("no exporter of", used.Detail, StringComparison.Ordinal);

        await using var exporter = await FakeServer.StartAsync();
        AddressFile.Write(config.DataDir, exporter.Url.GetLeftPart(UriPartial.Authority));
        Assert.Equal(FindingStatus.Failed, (await ListenChecks.RunAsync(config, Stop)).Status);
        exporter.Answers["/-/healthy"] = "healthy\n";
        var running = await ListenChecks.RunAsync(config, Stop);
        Assert.Equal((FindingStatus.Ok, true), (running.Status, running.Detail.Contains("runs at http://127.0.0.1:", StringComparison.Ordinal)));

        AddressFile.Remove(config.DataDir);
        taken.Stop();
        Assert.Contains("is free", (await ListenChecks.RunAsync(config, Stop)).Detail, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private FleetConfig ConfigOf(string text) =>
        ConfigFile.Load(_folder.Write("fleet.yml", text + "\n"), TargetCatalog.Kinds, _ => null).Config!;
}
