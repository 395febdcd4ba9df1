using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Checks the compose files and the commands of the containers without starting any.</summary>
public sealed class ComposeTests : IDisposable
{
    private const UnixFileMode OfOthers = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>What containers read of the clone.</summary>
    private static readonly string[] Mounted = ["prometheus/rules", "alertmanager/templates", "grafana/dashboards", "grafana/provisioning"];

    private readonly TestFolder _folder = new();

    public ComposeTests()
    {
        string[] files =
        [
            "docker-compose.yml", "Dockerfile", ".env.example",
            .. Directory.GetFiles(Repository.PathOf("scripts")).Select(f => $"scripts/{Path.GetFileName(f)}"),
            "prometheus/prometheus.yml", "alertmanager/alertmanager.yml",
            .. Mounted.SelectMany(f => Directory.GetFiles(Repository.PathOf(f), "*", SearchOption.AllDirectories))
                .Select(f => Path.GetRelativePath(Repository.Root, f))
        ];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(file))!);
            File.Copy(Repository.PathOf(file), _folder.PathOf(file));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Generated_files_are_accepted_by_compose_and_each_program()
    {
        var first = await Tool.TryAsync("docker-compose", ["-f", _folder.PathOf("docker-compose.yml"), "config", "-q"]);
        Assert.Contains("compose-init", first.Error, StringComparison.Ordinal);

        await InitAsync();
        await Tool.RunAsync("docker-compose", "-f", _folder.PathOf("docker-compose.yml"), "--project-directory", _folder.Path, "config", "-q");
        await Tool.RunAsync("amtool", "check-config", _folder.PathOf("data", "compose", "alertmanager.yml"));
        var prometheus = _folder.Write(
            "check.yml",
            (await File.ReadAllTextAsync(_folder.PathOf("data", "compose", "prometheus.yml"), TestContext.Current.CancellationToken))
                .Replace("/run/secrets/", _folder.PathOf("data", "compose", "secrets") + "/", StringComparison.Ordinal));
        await Tool.RunAsync("promtool", "check", "config", prometheus);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_folder.PathOf("data", "compose", "secrets")));
    }

    [Fact]
    public async Task A_second_run_keeps_keys_and_manual_changes()
    {
        await InitAsync();
        await File.AppendAllTextAsync(_folder.PathOf("data", "compose", "config", "fleet.yml"), "# by hand\n", TestContext.Current.CancellationToken);
        _folder.Write("data/compose/secrets/discord_webhook", "https://discord.example/x\n");
        _folder.Write(".env", File.ReadAllText(_folder.PathOf(".env"))
            .Replace("FLEET_URL=http://127.0.0.1:9470", "FLEET_URL=https://fleet.example.org", StringComparison.Ordinal));
        string[] kept = [".env", "data/compose/config/fleet.yml", "data/compose/secrets/prometheus.key", "data/compose/secrets/grafana_admin"];
        var before = kept.Select(f => File.ReadAllText(_folder.PathOf(f))).ToList();
        await InitAsync();
        Assert.Equal(before, kept.Select(f => File.ReadAllText(_folder.PathOf(f))));
        Assert.Contains(
            "https://discord.example/x", File.ReadAllText(_folder.PathOf("data", "compose", "alertmanager.yml")), StringComparison.Ordinal);
        Assert.Contains(
            "fleet_url: https://fleet.example.org\n", File.ReadAllText(_folder.PathOf("data", "compose", "prometheus.yml")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dashboard_links_use_the_public_address_of_the_service()
    {
        await InitAsync();
        Assert.All(Dashboards(), d => Assert.Contains("\"http://127.0.0.1:9470\"", d, StringComparison.Ordinal));

        Set("FLEET_URL", "http://127.0.0.1:9470", "https://fleet.example.org/");
        _folder.Write("data/compose/dashboards/gone.json", "{}");
        await InitAsync();
        Assert.Equal(Directory.GetFiles(_folder.PathOf("grafana", "dashboards")).Length, Dashboards().Count);
        Assert.All(Dashboards(), d =>
        {
            Assert.DoesNotContain("127.0.0.1:9470", d, StringComparison.Ordinal);
            var address = System.Text.Json.Nodes.JsonNode.Parse(d)!["templating"]!.List("list").Single(v => v.Text("name") == "fleet_url");
            Assert.Equal("https://fleet.example.org", address["current"]!.Text("value"));
        });

        List<string> Dashboards() => [.. Directory.GetFiles(_folder.PathOf("data", "compose", "dashboards"), "*.json").Select(File.ReadAllText)];
    }

    [Fact]
    public async Task Container_users_can_read_the_mounts_even_if_the_clone_is_private()
    {
        foreach (var path in Mounted.SelectMany(f =>
            Directory.GetFileSystemEntries(_folder.PathOf(f), "*", SearchOption.AllDirectories).Prepend(_folder.PathOf(f))))
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }

        await InitAsync();
        var lines = await File.ReadAllLinesAsync(_folder.PathOf("docker-compose.yml"), TestContext.Current.CancellationToken);
        var mounts = lines.Select(l => l.Trim()).Where(l => l.StartsWith("- ./", StringComparison.Ordinal)).Select(l =>
            l[2..l.IndexOf(':', StringComparison.Ordinal)])
            .Where(m => m is not ("./data/compose/config" or "./data/compose/fleet")).ToList();
        Assert.True(mounts.Count >= 7);
        foreach (var path in mounts.Select(m => _folder.PathOf(m)).SelectMany(m =>
            Directory.Exists(m) ? Directory.GetFileSystemEntries(m, "*", SearchOption.AllDirectories).Prepend(m) : [m]))
        {
            var wanted = Directory.Exists(path) ? OfOthers : UnixFileMode.OtherRead;
            Assert.True((File.GetUnixFileMode(path) & wanted) == wanted, path);
        }
    }

    [Fact]
    public async Task Quotes_around_a_value_are_removed()
    {
        await InitAsync();
        _folder.Write("data/compose/secrets/slack_webhook", "https://slack.example/x\n");
        Set("SLACK_CHANNEL", "", "\"#fleet\"");
        Set("FLEET_URL", "http://127.0.0.1:9470", "'https://fleet.example.org'");
        await InitAsync();
        Assert.Contains("channel: '#fleet',", File.ReadAllText(_folder.PathOf("data", "compose", "alertmanager.yml")), StringComparison.Ordinal);
        Assert.Contains(
            "fleet_url: https://fleet.example.org\n", File.ReadAllText(_folder.PathOf("data", "compose", "prometheus.yml")),
            StringComparison.Ordinal);
    }

    /// <summary>Every variable that a comment of .env.example names is one that it sets, and what compose asks for is one, too.</summary>
    [Fact]
    public void The_example_names_only_existing_variables()
    {
        var example = File.ReadAllText(_folder.PathOf(".env.example"));
        var set = Regex.Matches(example, "(?m)^([A-Z_]+)=").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.All(Regex.Matches(example, "[A-Z]+_[A-Z_]+").Select(m => m.Value), name => Assert.Contains(name, set));
        Assert.All(
            Regex.Matches(File.ReadAllText(_folder.PathOf("docker-compose.yml")), @"\$\{([A-Z_]+)").Select(m => m.Groups[1].Value),
            name => Assert.Contains(name, set));
    }

    [Fact]
    public async Task The_commands_of_the_image_start_the_service_and_check_readiness_and_keys()
    {
        await InitAsync();
        var lines = await File.ReadAllLinesAsync(_folder.PathOf("Dockerfile"), TestContext.Current.CancellationToken);
        Assert.Contains("""ENTRYPOINT ["dotnet", "/app/fleet-exporter.dll"]""", lines);
        Assert.Contains("""CMD ["serve", "--config", "/config/fleet.yml"]""", lines);

        var environment = (await File.ReadAllLinesAsync(_folder.PathOf(".env"), TestContext.Current.CancellationToken))
            .Where(l => l.Contains("_KEY_HASH=", StringComparison.Ordinal)).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => (string?)p[1]);
        var port = Ports.Free();
        var config = _folder.Write(
            "config/fleet.yml",
            (await File.ReadAllTextAsync(_folder.PathOf("data", "compose", "config", "fleet.yml"), TestContext.Current.CancellationToken))
                .Replace("0.0.0.0:9470", $"127.0.0.1:{port}", StringComparison.Ordinal)
                .Replace("data_dir: /data", "data_dir: data", StringComparison.Ordinal) + "anonymous_read: never\n");
        var dll = Path.ChangeExtension(Repository.Service, ".dll");
        var check = await Tool.TryAsync("dotnet", [dll, "check", "--config", config], null, environment.ToDictionary(p => p.Key, p => p.Value!));
        Assert.True(check.Exit == 0, check.Error);

        var healthy = _folder.PathOf("scripts", "healthy");
        Assert.Equal(1, (await Tool.TryAsync(healthy, $"{port}")).Exit);
        await using var service = Child.Start("dotnet", [dll, "serve", "--config", config], _folder.Path, environment);
        await Until.SeenAsync(
            async () => (await Tool.TryAsync(healthy, $"{port}")).Exit == 0 ? "yes" : null, "the health check passes", () => service.Output);

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        async Task<int> StatusAsync(HttpMethod method, string path, string? key)
        {
            using var request = new HttpRequestMessage(method, path);
            if (key is not null)
            {
                request.Headers.Add("Authorization", $"Bearer {File.ReadAllText(_folder.PathOf("data", "compose", "secrets", key))}");
            }

            request.Content = method == HttpMethod.Post
                ? new StringContent("""{"alerts":[]}""", System.Text.Encoding.UTF8, "application/json")
                : null;
            return (int)(await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }

        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "/metrics", null));
        Assert.Equal(200, await StatusAsync(HttpMethod.Get, "/metrics", "prometheus.key"));
        Assert.Equal(403, await StatusAsync(HttpMethod.Post, "/hooks/watchdog", "prometheus.key"));
        Assert.Equal(204, await StatusAsync(HttpMethod.Post, "/hooks/watchdog", "alertmanager.key"));
    }

    [Fact]
    public async Task Only_the_service_and_Grafana_can_be_exposed_separately()
    {
        await InitAsync();
        Set("FLEET_BIND", "127.0.0.1", "0.0.0.0");
        var published = (await ConfigAsync()).ToDictionary(s => s.Key, s => $"{s.Value!["ports"]![0]}");
        Assert.Equal("0.0.0.0:9470:9470/tcp", published["exporter"]);
        Assert.All(["prometheus", "alertmanager", "grafana"], name => Assert.StartsWith("127.0.0.1:", published[name], StringComparison.Ordinal));

        _folder.Write(".env", File.ReadAllText(_folder.PathOf(".env")) + "BIND=0.0.0.0\n");
        Set("GRAFANA_BIND", "127.0.0.1", "0.0.0.0");
        var again = await Tool.TryAsync(_folder.PathOf("scripts", "compose-init"), []);
        Assert.Contains("BIND in .env is no longer used; set FLEET_BIND and GRAFANA_BIND", again.Error, StringComparison.Ordinal);
        published = (await ConfigAsync()).ToDictionary(s => s.Key, s => $"{s.Value!["ports"]![0]}");
        Assert.Equal("0.0.0.0:3000:3000/tcp", published["grafana"]);
        Assert.All(["prometheus", "alertmanager"], name => Assert.StartsWith("127.0.0.1:", published[name], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_container_has_limits_and_a_stop_timeout()
    {
        await InitAsync();
        var services = await ConfigAsync();
        Assert.Equal(4, services.Count);
        Assert.All(services, service =>
        {
            Assert.Equal("30s", service.Value!["stop_grace_period"]!.GetValue<string>());
            Assert.NotNull(service.Value["mem_limit"]);
            Assert.InRange(service.Value["pids_limit"]!.GetValue<int>(), 1, 4096);
        });
    }

    [Fact]
    public void Images_have_exact_tags_and_packages_are_those_of_the_lock_file()
    {
        var text = File.ReadAllText(_folder.PathOf("docker-compose.yml")) + File.ReadAllText(_folder.PathOf("Dockerfile"));
        var images = Regex.Matches(text, @"(?m)^(?: *image: |FROM (?:--platform=\S+ )?)(\S+)")
            .Select(m => m.Groups[1].Value).Where(i => i != "fleet-exporter:local").ToList();
        Assert.Equal(5, images.Count);
        Assert.All(images, image => Assert.Matches(@":v?[0-9]+\.[0-9]+\.[0-9]+(@sha256:[0-9a-f]{64})?$", image));
        Assert.Matches("dotnet publish .*-p:RestoreLockedMode=true", text);
    }

    [Fact]
    public async Task Images_are_pinned_only_if_a_registry_answers()
    {
        string[] files = ["docker-compose.yml", "Dockerfile"];
        var before = files.Select(f => File.ReadAllText(_folder.PathOf(f))).ToList();
        _folder.Write("bin/docker", "#!/bin/sh\n[ \"$2\" != version ] || exit 0\necho 'dial tcp: no such host' >&2\nexit 1\n", executable: true);
        var refused = await PinAsync();
        Assert.Equal(1, refused.Exit);
        Assert.Contains("no such host", refused.Error, StringComparison.Ordinal);
        Assert.Contains("could not get the digest of", refused.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, files.Select(f => File.ReadAllText(_folder.PathOf(f))));

        const string Answer = "printf 'sha256:'; printf '%s' \"$4\" | sha256sum | cut -d ' ' -f 1";
        _folder.Write("bin/docker", $"#!/bin/sh\n[ \"$2\" != version ] || exit 0\n{Answer}\n", executable: true);
        for (var time = 0; time < 2; time++)
        {
            var pinned = await PinAsync();
            Assert.True(pinned.Exit == 0, pinned.Error);
            var after = files.Select(f => File.ReadAllText(_folder.PathOf(f))).ToList();
            Assert.Equal(5, after.Sum(text => Regex.Count(text, "@sha256:[0-9a-f]{64}")));
            Assert.Equal(before, after.Select(text => Regex.Replace(text, "@sha256:[0-9a-f]{64}", "")));
        }

        await InitAsync();
        Assert.Equal(4, (await ConfigAsync()).Count);

        Task<ToolResult> PinAsync()
        {
            var path = $"{_folder.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
            return Tool.TryAsync(_folder.PathOf("scripts", "pin-images"), [], null, new Dictionary<string, string> { ["PATH"] = path });
        }
    }

    /// <summary>The services as docker-compose understands them.</summary>
    private async Task<JsonObject> ConfigAsync()
    {
        var said = await Tool.RunAsync("docker-compose", "-f", _folder.PathOf("docker-compose.yml"), "--project-directory", _folder.Path, "config");
        const string ToJson = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";
        var json = await Tool.TryAsync("/usr/bin/python3", ["-c", ToJson], said.Output);
        Assert.True(json.Exit == 0, json.Error);
        return JsonNode.Parse(json.Output)!["services"]!.AsObject();
    }

    private void Set(string name, string before, string after)
    {
        var (text, line) = (File.ReadAllText(_folder.PathOf(".env")), $"\n{name}={before}\n");
        Assert.Contains(line, text, StringComparison.Ordinal);
        _folder.Write(".env", text.Replace(line, $"\n{name}={after}\n", StringComparison.Ordinal));
    }

    private async Task InitAsync()
    {
        var result = await Tool.TryAsync(_folder.PathOf("scripts", "compose-init"), []);
        Assert.True(result.Exit == 0, result.Error);
    }
}
