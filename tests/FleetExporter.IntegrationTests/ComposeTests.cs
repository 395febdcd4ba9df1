using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>What can be told of the containers where none can be started: the files, and the commands that run in them.</summary>
public sealed class ComposeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public ComposeTests()
    {
        string[] files = ["docker-compose.yml", "Dockerfile", ".env.example", .. Directory.GetFiles(Repository.PathOf("scripts")).Select(f => $"scripts/{Path.GetFileName(f)}"), "prometheus/prometheus.yml", "alertmanager/alertmanager.yml"];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            File.Copy(Repository.PathOf(file), _folder.PathOf(file));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_made_is_taken_by_compose_and_by_each_program()
    {
        var first = await Tool.TryAsync("docker-compose", ["-f", _folder.PathOf("docker-compose.yml"), "config", "-q"]);
        Assert.Contains("compose-init", first.Error, StringComparison.Ordinal);

        await InitAsync();
        await Tool.RunAsync("docker-compose", "-f", _folder.PathOf("docker-compose.yml"), "--project-directory", _folder.Path, "config", "-q");
        await Tool.RunAsync("amtool", "check-config", _folder.PathOf("data", "compose", "alertmanager.yml"));
        var prometheus = _folder.Write("check.yml", (await File.ReadAllTextAsync(_folder.PathOf("data", "compose", "prometheus.yml"), TestContext.Current.CancellationToken))
            .Replace("/run/secrets/", _folder.PathOf("data", "compose", "secrets") + "/", StringComparison.Ordinal));
        await Tool.RunAsync("promtool", "check", "config", prometheus);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.PathOf("data", "compose", "secrets")));
    }

    [Fact]
    public async Task A_second_run_keeps_the_keys_and_what_was_written_by_hand()
    {
        await InitAsync();
        await File.AppendAllTextAsync(_folder.PathOf("data", "compose", "config", "fleet.yml"), "# by hand\n", TestContext.Current.CancellationToken);
        _folder.Write("data/compose/secrets/discord_webhook", "https://discord.example/x\n");
        _folder.Write(".env", File.ReadAllText(_folder.PathOf(".env")).Replace("FLEET_URL=http://127.0.0.1:9470", "FLEET_URL=https://fleet.example.org", StringComparison.Ordinal));
        string[] kept = [".env", "data/compose/config/fleet.yml", "data/compose/secrets/prometheus.key", "data/compose/secrets/grafana_admin"];
        var before = kept.Select(f => File.ReadAllText(_folder.PathOf(f))).ToList();
        await InitAsync();
        Assert.Equal(before, kept.Select(f => File.ReadAllText(_folder.PathOf(f))));
        Assert.Contains("https://discord.example/x", File.ReadAllText(_folder.PathOf("data", "compose", "alertmanager.yml")), StringComparison.Ordinal);
        Assert.Contains("fleet_url: https://fleet.example.org\n", File.ReadAllText(_folder.PathOf("data", "compose", "prometheus.yml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_image_s_commands_start_the_service_and_see_that_it_is_ready_and_the_keys_open_what_they_should()
    {
        await InitAsync();
        var lines = await File.ReadAllLinesAsync(_folder.PathOf("Dockerfile"), TestContext.Current.CancellationToken);
        Assert.Contains("""ENTRYPOINT ["dotnet", "/app/fleet-exporter.dll"]""", lines);
        Assert.Contains("""CMD ["serve", "--config", "/config/fleet.yml"]""", lines);

        var environment = (await File.ReadAllLinesAsync(_folder.PathOf(".env"), TestContext.Current.CancellationToken))
            .Where(l => l.Contains("_KEY_HASH=", StringComparison.Ordinal)).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => (string?)p[1]);
        var port = Ports.Free();
        var config = _folder.Write("config/fleet.yml", (await File.ReadAllTextAsync(_folder.PathOf("data", "compose", "config", "fleet.yml"), TestContext.Current.CancellationToken))
            .Replace("0.0.0.0:9470", $"127.0.0.1:{port}", StringComparison.Ordinal).Replace("data_dir: /data", "data_dir: data", StringComparison.Ordinal) + "anonymous_read: never\n");
        var dll = Path.ChangeExtension(Repository.Service, ".dll");
        var check = await Tool.TryAsync("dotnet", [dll, "check", "--config", config], null, environment.ToDictionary(p => p.Key, p => p.Value!));
        Assert.True(check.Exit == 0, check.Error);

        var healthy = _folder.PathOf("scripts", "healthy");
        Assert.Equal(1, (await Tool.TryAsync(healthy, $"{port}")).Exit);
        await using var service = Child.Start("dotnet", [dll, "serve", "--config", config], _folder.Path, environment);
        await Until.SeenAsync(async () => (await Tool.TryAsync(healthy, $"{port}")).Exit == 0 ? "yes" : null, "the health check passes", () => service.Said);

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        async Task<int> StatusAsync(HttpMethod method, string path, string? key)
        {
            using var request = new HttpRequestMessage(method, path);
            if (key is not null)
            {
                request.Headers.Add("Authorization", $"Bearer {File.ReadAllText(_folder.PathOf("data", "compose", "secrets", key))}");
            }

            request.Content = method == HttpMethod.Post ? new StringContent("""{"alerts":[]}""", System.Text.Encoding.UTF8, "application/json") : null;
            return (int)(await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }

        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "/metrics", null));
        Assert.Equal(200, await StatusAsync(HttpMethod.Get, "/metrics", "prometheus.key"));
        Assert.Equal(403, await StatusAsync(HttpMethod.Post, "/hooks/watchdog", "prometheus.key"));
        Assert.Equal(204, await StatusAsync(HttpMethod.Post, "/hooks/watchdog", "alertmanager.key"));
    }

    private async Task InitAsync()
    {
        var result = await Tool.TryAsync(_folder.PathOf("scripts", "compose-init"), []);
        Assert.True(result.Exit == 0, result.Error);
    }
}
