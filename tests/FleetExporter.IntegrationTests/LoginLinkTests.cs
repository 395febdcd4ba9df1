using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The login link of <c>serve</c> on a terminal, and <c>fleet-exporter login</c>.</summary>
public sealed partial class LoginLinkTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("0.0.0.0:0")]
    public async Task On_a_terminal_serve_prints_a_link_that_logs_in_once(string listen)
    {
        _folder.Write("fleet.yml", $"hosts: []\nkeys: [{{ name: a, hash: 'sha256:{new string('0', 64)}', scopes: [read] }}]\n");
        await using var terminal = Child.Start(
            "script", ["-qefc", $"{Repository.Service} --config {_folder.PathOf("fleet.yml")} --listen {listen}", "/dev/null"], _folder.Path,
            new Dictionary<string, string?> { ["DOTNET_gcServer"] = "0" });
        await Until.TrueAsync(() => terminal.HasExited || Link().IsMatch(terminal.Output), "the link is printed", () => terminal.Output);
        var link = Link().Match(terminal.Output);
        Assert.StartsWith("http://127.0.0.1:", link.Value, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = new Uri(link.Groups[1].Value) };

        using var forwarded = new HttpRequestMessage(HttpMethod.Post, "/api/login");
        forwarded.Content = JsonContent.Create(new { code = link.Groups[2].Value });
        forwarded.Headers.Add("X-Forwarded-For", "127.0.0.1");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(forwarded, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, await RedeemAsync(http, link.Groups[2].Value));
        Assert.Equal("admin", (await http.GetFromJsonAsync<JsonElement>("/api/me", Stop)).GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, await RedeemAsync(http, link.Groups[2].Value));
    }

    [Fact]
    public async Task Without_a_terminal_serve_prints_none_and_login_gives_one_that_works()
    {
        var (exporter, config) = await StartAsync();
        await using var _ = exporter;
        Assert.DoesNotContain("#login=", exporter.Log, StringComparison.Ordinal);

        var text = await LoginAsync(config);
        Assert.Equal(0, text.Exit);
        Assert.Matches(@"\Ahttp://127\.0\.0\.1:[0-9]+/#login=[A-Za-z0-9_-]{43}\n\z", text.Output);
        Assert.DoesNotContain("warning", text.Error, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = exporter.Http.BaseAddress };
        Assert.StartsWith(http.BaseAddress!.ToString(), text.Output, StringComparison.Ordinal);
        var codes = Enumerable.Repeat(Link().Match(text.Output).Groups[2].Value, 4);
        var uses = await Task.WhenAll(codes.Select(code => RedeemAsync(http, code)));
        Assert.Single(uses, status => status == HttpStatusCode.NoContent);
        Assert.Equal(3, uses.Count(status => status == HttpStatusCode.Unauthorized));

        var json = JsonDocument.Parse((await LoginAsync(config, "--format", "json")).Output).RootElement;
        Assert.True(json.GetProperty("running").GetBoolean());
        Assert.Equal(HttpStatusCode.NoContent, await RedeemAsync(http, Link().Match(json.GetProperty("url").GetString()!).Groups[2].Value));
        Assert.True(json.GetProperty("expires_at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddMinutes(10));
        Assert.DoesNotContain("#login=", exporter.Log, StringComparison.Ordinal);

        // After an orderly end nothing is known of the port.
        await exporter.StopAsync();
        var ended = await LoginAsync(config);
        Assert.Equal(1, ended.Exit);
        Assert.Contains("has no fixed port", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_exporter_login_warns_and_without_a_data_folder_it_fails()
    {
        var config = _folder.Write("fleet.yml", $"hosts: []\nlisten: 127.0.0.1:{Ports.Free()}\n");
        var missing = await LoginAsync(config);
        Assert.Equal(1, missing.Exit);
        Assert.Contains("does not exist", missing.Error, StringComparison.Ordinal);

        _folder.Make("data");
        var early = await LoginAsync(config);
        Assert.Equal(0, early.Exit);
        Assert.Contains("warning: nothing answers at http://127.0.0.1:", early.Error, StringComparison.Ordinal);
        await using var exporter = await Exporter.StartAsync(_folder, await File.ReadAllTextAsync(config, Stop), null, "--listen", "127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = exporter.Http.BaseAddress };
        Assert.Equal(HttpStatusCode.NoContent, await RedeemAsync(http, Link().Match(early.Output).Groups[2].Value));
    }

    [Fact]
    public async Task Another_user_gets_no_link_but_root_gets_one_that_the_exporter_s_user_can_redeem()
    {
        await using var owner = await TestUser.CreateAsync(_folder);
        await using var other = await TestUser.CreateAsync(_folder);
        var config = Path.Combine(owner.Home, "fleet.yml");
        await owner.WriteAsync("fleet.yml", "hosts: []\nlisten: 127.0.0.1:0\n");
        await using var exporter = Child.Start("setpriv", owner.As(Repository.Service, "--config", config));
        await Until.TrueAsync(
            () => exporter.HasExited || exporter.Output.Contains("  key ", StringComparison.Ordinal), "it listens", () => exporter.Output);

        var denied = await other.TryAsync(Repository.Service, "--config", config, "login");
        Assert.Equal(1, denied.Exit);
        Assert.Empty(denied.Output);
        Assert.Contains("sudo -u fleet fleet-exporter login", denied.Error, StringComparison.Ordinal);

        foreach (var link in new[] { await owner.RunAsync(Repository.Service, "--config", config, "login"), await LoginAsync(config) })
        {
            using var http = new HttpClient { BaseAddress = new Uri(Link().Match(link.Output).Groups[1].Value) };
            Assert.Equal(HttpStatusCode.NoContent, await RedeemAsync(http, Link().Match(link.Output).Groups[2].Value));
        }
    }

    [Fact]
    public async Task Under_TLS_the_link_is_https()
    {
        var (file, key) = TestCertificate.Write(_folder, "certificate", "localhost");
        _folder.Make("data");
        var config = _folder.Write(
            "fleet.yml", $"hosts: []\nlisten: localhost:{Ports.Free()}\ntls: {{ certificate_file: {file}, key_file: {key} }}\n");

        Assert.StartsWith("https://localhost:", (await LoginAsync(config)).Output, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> RedeemAsync(HttpClient http, string code)
    {
        using var answer = await http.PostAsJsonAsync("/api/login", new { code }, Stop);
        return answer.StatusCode;
    }

    private static Task<ToolResult> LoginAsync(string config, params IEnumerable<string> more) =>
        Tool.TryAsync(Repository.Service, ["--config", config, "login", .. more]);

    private async Task<(Exporter Exporter, string Config)> StartAsync() =>
        (await Exporter.StartAsync(_folder, "hosts: []\nlisten: 127.0.0.1:0\n"), _folder.PathOf("fleet.yml"));

    [GeneratedRegex(@"(https?://[^\s/]+)/#login=([A-Za-z0-9_-]{43})")]
    private static partial Regex Link();
}
