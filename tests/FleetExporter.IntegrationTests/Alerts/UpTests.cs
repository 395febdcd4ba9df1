using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>scripts/up, which make up and make demo run, in a copy of the folders it reads.</summary>
public sealed class UpTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string?> _environment = new()
    {
        ["FLEET_EXPORTER"] = Repository.Service,
        ["PROMETHEUS_PORT"] = $"{Ports.Free()}",
        ["ALERTMANAGER_PORT"] = $"{Ports.Free()}",
    };

    public UpTests()
    {
        foreach (var file in new[] { "scripts", "prometheus", "alertmanager" }.SelectMany(f =>
            Directory.GetFiles(Repository.PathOf(f), "*", SearchOption.AllDirectories)))
        {
            var copy = _folder.PathOf(Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Three_servers_run_together_and_end_together()
    {
        await using var up = await StartAsync();
        Assert.DoesNotContain('\u001b', up.Output);
        using var http = new HttpClient { BaseAddress = new Uri(PageOf(up)) };
        await PrometheusReadsAsync(http, up);
        Assert.Contains("\"items\"", await http.GetStringAsync("api/alerts", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await SeesWatchdogAsync(http, up);

        var below = Processes.Below(up.Pid);
        Assert.True(below.Count >= 3);
        up.Send(Signal.Int);
        Assert.Equal(0, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.All(below, p => Assert.False(Directory.Exists($"/proc/{p.Pid}")));
    }

    [Fact]
    public async Task On_a_terminal_it_prints_a_link_that_logs_in_once()
    {
        await using var terminal = Child.Start(
            "script", ["-qefc", $"exec bash {_folder.PathOf("scripts", "up")} --simulate 2 --listen 127.0.0.1:0", "/dev/null"],
            _folder.Path, _environment);
        await UntilReadyAsync(terminal);
        var link = Regex.Match(terminal.Output, @"login.*(http://127\.0\.0\.1:[0-9]+)/#login=([A-Za-z0-9_-]{43}) +once, within 15 minutes");
        Assert.True(link.Success, terminal.Output);
        Assert.DoesNotContain(link.Groups[2].Value, await File.ReadAllTextAsync(
            _folder.PathOf("data", "log", "fleet-exporter.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var http = new HttpClient { BaseAddress = new Uri(link.Groups[1].Value) };
        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.NoContent, HttpStatusCode.Unauthorized])
        {
            using var answer = await http.PostAsJsonAsync(
                "/api/login", new { code = link.Groups[2].Value }, TestContext.Current.CancellationToken);
            Assert.Equal(expected, answer.StatusCode);
        }

        Processes.Send(Processes.Below(terminal.Pid).First(p => p.Name == "bash").Pid, Signal.Int);
        Assert.Equal(0, await terminal.EndAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task When_one_server_ends_all_end_with_the_reason()
    {
        await using var up = await StartAsync();
        var alertmanager = Processes.Below(up.Pid).Single(p =>
            File.ReadAllText($"/proc/{p.Pid}/cmdline").Split('\0')[0].EndsWith("alertmanager", StringComparison.Ordinal));
        Processes.Send(alertmanager.Pid, Signal.Kill);
        Assert.Equal(1, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("up: alertmanager has ended", up.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_a_fix()
    {
        using var taken = new TcpListener(
            System.Net.IPAddress.Loopback, int.Parse(_environment["ALERTMANAGER_PORT"]!, System.Globalization.CultureInfo.InvariantCulture));
        taken.Start();
        await using var up = Launch();
        Assert.Equal(1, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"port {_environment["ALERTMANAGER_PORT"]} of this machine is in use", up.Output, StringComparison.Ordinal);
        Assert.Contains("ALERTMANAGER_PORT=", up.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_and_Alertmanager_have_keys_of_their_own_and_neither_is_the_admin_s()
    {
        var config = _folder.Write("closed.yml", "data_dir: my data\nanonymous_read: never\n");
        await using var up = await StartAsync("--config", config);
        using var http = new HttpClient();
        await PrometheusReadsAsync(http, up);
        Assert.True(File.Exists(_folder.PathOf("my data", "admin.key")), up.Output);

        var written = string.Concat(Directory.GetFiles(_folder.PathOf("data", "run")).Select(File.ReadAllText));
        Assert.DoesNotContain("admin.key", written, StringComparison.Ordinal);
        string[] keys = ["prometheus.key", "alertmanager.key"];
        Assert.All(keys, name => Assert.Contains($"credentials_file: '{_folder.PathOf("data", name)}'", written, StringComparison.Ordinal));
        Assert.All(keys, name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.PathOf("data", name))));
        using var service = new HttpClient { BaseAddress = new Uri(PageOf(up)) };
        Assert.Equal("200 403 403", await StatusesAsync(service, "prometheus.key"));
        Assert.Equal("403 403 204", await StatusesAsync(service, "alertmanager.key"));
    }

    [Fact]
    public async Task Under_TLS_both_check_the_service_s_certificate_by_its_own_file()
    {
        var (file, key) = TestCertificate.Write(_folder, "my cert", "fleet.example");
        var config = _folder.Write("tls.yml", $"tls: {{ certificate_file: {file}, key_file: {key} }}\n");
        await using var up = await StartAsync("--config", config);
        using var http = new HttpClient();
        await PrometheusReadsAsync(http, up);

        var written = string.Concat(Directory.GetFiles(_folder.PathOf("data", "run")).Select(File.ReadAllText));
        Assert.DoesNotContain("insecure_skip_verify", written, StringComparison.Ordinal);
        Assert.Equal(4, written.Split($"ca_file: '{file}', server_name: 'fleet.example'").Length - 1);
        var expected = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        using var trusting = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, seen, _, _) => seen?.ExportCertificatePem() == expected
        };
        using var service = new HttpClient(trusting) { BaseAddress = new Uri(PageOf(up)) };
        await SeesWatchdogAsync(service, up);
    }

    [Fact]
    public async Task A_certificate_that_names_no_host_is_refused_with_the_reason()
    {
        var (file, key) = TestCertificate.Write(_folder, "nameless", null);
        var config = _folder.Write("tls.yml", $"tls: {{ certificate_file: {file}, key_file: {key} }}\n");
        await using var up = Launch("--config", config);
        Assert.Equal(1, await up.EndAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains($"up: the certificate {file} is for no host", up.Output, StringComparison.Ordinal);
    }

    private static string PageOf(Child up) =>
        up.Output.Split('\n').Single(l => l.Contains("● service", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];

    private static Task<string> SeesWatchdogAsync(HttpClient service, Child up) => Until.SeenAsync(
        async () => await service.GetStringAsync("metrics", TestContext.Current.CancellationToken) is var page
            && page.Contains("\nfleet_watchdog_last_seen_timestamp_seconds ", StringComparison.Ordinal) ? "yes" : null,
        "Alertmanager tells the service",
        () => up.Output,
        TimeSpan.FromSeconds(60));

    /// <summary>Statuses of reading, of the audit and of the alert hook.</summary>
    private async Task<string> StatusesAsync(HttpClient service, string key)
    {
        service.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(_folder.PathOf("data", key)));
        using var read = await service.GetAsync("metrics", TestContext.Current.CancellationToken);
        using var audit = await service.GetAsync("api/audit", TestContext.Current.CancellationToken);
        using var body = new StringContent("""{"alerts":[]}""", System.Text.Encoding.UTF8, "application/json");
        using var hook = await service.PostAsync("hooks/default", body, TestContext.Current.CancellationToken);
        return $"{(int)read.StatusCode} {(int)audit.StatusCode} {(int)hook.StatusCode}";
    }

    private Task<string> PrometheusReadsAsync(HttpClient http, Child up) => Until.SeenAsync(
        async () => (await http.GetStringAsync(
            $"http://127.0.0.1:{_environment["PROMETHEUS_PORT"]}/api/v1/query?query=up{{job=\"fleet\"}}==1",
            TestContext.Current.CancellationToken)).Contains("\"value\"", StringComparison.Ordinal) ? "yes" : null,
        "Prometheus reads the service",
        () => up.Output,
        TimeSpan.FromSeconds(60));

    private Child Launch(params IEnumerable<string> more) => Child.Start(
        "env", ["--default-signal=HUP,INT,QUIT", "bash", _folder.PathOf("scripts", "up"), "--simulate", "2", "--listen", "127.0.0.1:0", .. more],
        _folder.Path, _environment);

    private async Task<Child> StartAsync(params IEnumerable<string> more)
    {
        var up = Launch(more);
        await UntilReadyAsync(up);
        return up;
    }

    private static async Task UntilReadyAsync(Child up)
    {
        await Until.TrueAsync(
            () => up.HasExited || up.Output.Contains("Ctrl-C stops", StringComparison.Ordinal),
            "all are ready", () => up.Output, TimeSpan.FromSeconds(60));
        Assert.False(up.HasExited, up.Output);
    }
}
