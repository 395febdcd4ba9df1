using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Keys of the real service, from its command line to its log.</summary>
public sealed partial class AccessTests : IDisposable
{
    /// <summary>An address of TEST-NET-1, which the test adds to the loopback interface.</summary>
    private const string Address = "192.0.2.77";

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_address_requires_a_key()
    {
        await using (var refused = Exporter.Launch(_folder, _folder.Path, ["--listen", $"{Address}:0"]))
        {
            Assert.Equal(2, await refused.EndAsync(TimeSpan.FromSeconds(20)));
            Assert.Contains(
                "--listen: 192.0.2.77:0 is a network address, and keys has no entry", refused.Output, StringComparison.Ordinal);
        }

        var (key, entry) = await NewKeyAsync("prometheus", "read");
        _folder.Write("fleet.yml", $"hosts: []\nkeys:\n{entry}\n");
        await using (var absent = Exporter.Launch(_folder, _folder.Path, ["--listen", $"{Address}:0"]))
        {
            Assert.Equal(1, await absent.EndAsync(TimeSpan.FromSeconds(20)));
            Assert.Contains(
                "fleet-exporter: cannot listen on 192.0.2.77:0: Cannot assign requested address", absent.Output, StringComparison.Ordinal);
        }

        await Tool.RunAsync("ip", "address", "add", $"{Address}/32", "dev", "lo");
        try
        {
            await GuardedAsync(key);
        }
        finally
        {
            await Tool.RunAsync("ip", "address", "del", $"{Address}/32", "dev", "lo");
        }
    }

    private async Task GuardedAsync(string key)
    {
        await using var service = Exporter.Launch(_folder, _folder.Path, ["--listen", $"{Address}:0"]);
        await Until.TrueAsync(() => service.HasExited || Page().IsMatch(service.Output), "the service listens", () => service.Output);
        Assert.False(service.HasExited, service.Output);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{Address}:{Page().Match(service.Output).Groups[1].Value}") };

        Assert.Contains("listen: without tls, keys are sent over the network in clear text", service.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/-/healthy", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/metrics", Stop)).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Contains("fleet_build_info", await http.GetStringAsync("/metrics", Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/-/reload", null, Stop)).StatusCode);
    }

    [Fact]
    public async Task Keys_audit_and_login_sessions_survive_a_restart()
    {
        var (key, entry) = await NewKeyAsync("ops", "read,control");
        var config = $"hosts: []\nanonymous_read: never\nkeys:\n{entry}\n";
        string cookie, admin, log;
        await using (var first = await Exporter.StartAsync(_folder, config))
        {
            admin = first.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single();
            using var login = await first.Http.PostAsync(
                "/api/login", new StringContent($$"""{"key":"{{key}}"}""", System.Text.Encoding.UTF8, "application/json"), Stop);
            Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
            cookie = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            await first.KillAsync();
            log = first.Log;
        }

        await using var second = await Exporter.StartAsync(_folder, config);
        Assert.Equal(admin, second.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single());
        var audit = await second.JsonAsync("/api/audit");
        var row = audit.List("items")[0];
        Assert.Equal(("login", "ops", "ok"), (row.Text("action"), row.Text("who"), row.Text("outcome")));

        second.Http.DefaultRequestHeaders.Remove("X-API-Key");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "Cookie", cookie } } };
        Assert.Equal(HttpStatusCode.OK, (await second.Http.SendAsync(request, Stop)).StatusCode);
        await second.StopAsync();

        Assert.Contains("(made now)", log, StringComparison.Ordinal);
        Assert.All([key, admin, cookie.Split('=')[1]], secret => Assert.DoesNotContain(secret, log + second.Log, StringComparison.Ordinal));
        var stored =
            string.Concat(Directory.GetFiles(_folder.PathOf("data"), "fleet.db*").Select(f => File.ReadAllText(f, System.Text.Encoding.Latin1)));
        Assert.All([key, admin, cookie.Split('=')[1]], secret => Assert.DoesNotContain(secret, stored, StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.GetFiles(_folder.PathOf("data")), file =>
            Path.GetFileName(file).Contains("key", StringComparison.Ordinal) && !file.EndsWith("/admin.key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_does_not_open_affects_only_its_users()
    {
        await using var exporter = await Exporter.StartAsync(
            _folder, $"hosts: []\nstore: {{ connection: \"postgres://nobody:secret@127.0.0.1:{Ports.Free()}/fleet\" }}\n");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await exporter.Http.GetAsync("/api/audit", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await exporter.Http.PostAsync("/-/reload", null, Stop)).StatusCode);

        var page = await exporter.PageAsync();
        Assert.Equal(1, page.Value("fleet_audit_failures_total"));
        Assert.Contains("The store is unavailable", exporter.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exporter.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin", "read")]
    [InlineData("-x", "read")]
    [InlineData("ops", "root")]
    [InlineData("ops", "read,read")]
    public async Task The_command_line_rejects_what_the_file_would(string name, string scopes)
    {
        await using var made = Exporter.Launch(_folder, _folder.Path, ["key", "new", "--scopes", scopes, "--", name]);

        Assert.NotEqual(0, await made.EndAsync(TimeSpan.FromSeconds(20)));
        Assert.DoesNotContain("sha256:", made.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_the_command_line_has_its_scopes_and_does_not_allow_network_addresses()
    {
        const string Secret = "a-key-of-the-command-line";
        var given = $"beside:read:{KeyHash.Of(Secret)}";
        await using (var refused = Exporter.Launch(_folder, _folder.Path, ["--listen", $"{Address}:0", "--key", given]))
        {
            Assert.Equal(2, await refused.EndAsync(TimeSpan.FromSeconds(20)));
            Assert.Contains("192.0.2.77:0 is a network address, and keys has no entry", refused.Output, StringComparison.Ordinal);
        }

        var other = $"pusher:push:{KeyHash.Of("other")}";
        await using (var exporter = await Exporter.StartAsync(_folder, "hosts: []\nanonymous_read: never\n", null, "--key", given, "--key", other))
        {
            (await exporter.Http.PostAsync("/-/reload", null, Stop)).EnsureSuccessStatusCode();
            Assert.Equal(["beside", "pusher"], (await exporter.JsonAsync("/api/config")).List("keys").Select(k => k.Text("name")));
            using var http = new HttpClient { BaseAddress = exporter.Http.BaseAddress };
            http.DefaultRequestHeaders.Authorization = new("Bearer", Secret);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/metrics", Stop)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/-/reload", null, Stop)).StatusCode);
        }

        _folder.Write("fleet.yml", $"hosts: []\nkeys: [{{ name: beside, hash: '{KeyHash.Of("x")}', scopes: [read] }}]\n");
        await using var taken = Exporter.Launch(_folder, _folder.Path, ["--listen", "127.0.0.1:0", "--key", given]);
        Assert.Equal(2, await taken.EndAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("--key: has the name or hash of the existing key 'beside'; use another", taken.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key new --device beast", 0, "under devices:")]
    [InlineData("key new", 1, "Specify either the name of the key or --device NAME.")]
    [InlineData("key new ops --device beast", 1, "Specify either the name of the key or --device NAME.")]
    [InlineData("key new --device beast --scopes read", 1, "A device key has no scopes; remove --scopes.")]
    [InlineData("key new --device admin", 1, "the name 'admin' is reserved; choose another")]
    [InlineData("serve --key ops:read", 1, "--key: 'ops:read' is not a key; give NAME:SCOPES:HASH")]
    public async Task A_key_is_created_for_a_name_or_a_device(string arguments, int exit, string said)
    {
        await using var made = Exporter.Launch(_folder, _folder.Path, arguments.Split(' '));

        Assert.Equal(exit, await made.EndAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains(said, made.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(string Key, string Entry)> NewKeyAsync(string name, string scopes)
    {
        await using var made = Exporter.Launch(_folder, _folder.Path, ["key", "new", name, "--scopes", scopes, "--format", "json"]);
        Assert.Equal(0, await made.EndAsync(TimeSpan.FromSeconds(20)));
        var json = JsonDocument.Parse(made.Output).RootElement;
        return (json.GetProperty("key").GetString()!, json.GetProperty("fleet_yml").GetString()!);
    }

    [GeneratedRegex(@"page +http://\S+:([0-9]+)/")]
    private static partial Regex Page();
}
