using System.Text;
using System.Text.Json;

namespace FleetExporter.Tests.Api.Onboarding;

/// <summary>POST /api/dgx/probe where a test sets the clock and the answers.</summary>
public sealed class ProbeTests
{
    private const string Local = "listen: 127.0.0.1:0\nhosts: [{ name: box }]\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probe_that_does_not_end_is_ended_after_60_seconds_and_frees_its_slot()
    {
        await using var server = await ApiServer.StartAsync(Local, shell => shell.Answers["host"] = new Reply("", Hangs: true));
        for (var n = 0; n < 5; n++)
        {
            using var request = Request("""{"connection":"box"}""");
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
            for (var line = ""; line?.Contains("\"name\":\"host\",\"verdict\":\"running\"", StringComparison.Ordinal) == false;)
            {
                line = await reader.ReadLineAsync(Stop);
            }

            server.Clock.Advance(TimeSpan.FromSeconds(60));
            var rest = await reader.ReadToEndAsync(Stop);

            Assert.Contains("\"name\":\"time limit\",\"verdict\":\"failed\",\"reason\":\"timeout\"", rest, StringComparison.Ordinal);
            Assert.EndsWith("event: done\ndata: {\"ok\":false,\"failed\":1}\n\n", rest, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_host_prints_is_printable_and_cut_in_a_step()
    {
        await using var server = await ApiServer.StartAsync(
            Local, shell => shell.Answer("tmux", "\u001b[2J<script>" + new string('x', 5000), 1));
        using var answer = await server.Client.SendAsync(Request("""{"connection":"box"}"""), Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.DoesNotContain("\\u001b", text, StringComparison.OrdinalIgnoreCase);
        using var probe = JsonDocument.Parse(text);
        Assert.All(
            probe.RootElement.GetProperty("steps").EnumerateArray(),
            step => Assert.True((step.GetProperty("detail").GetString() ?? "").Length <= 600));
        Assert.Equal(JsonValueKind.Null, probe.RootElement.GetProperty("host_key").ValueKind);
    }

    [Fact]
    public async Task A_host_without_SSH_has_no_key_to_trust()
    {
        await using var server = await ApiServer.StartAsync(Local);
        using var request = Request($$"""{"connection":"box","fingerprint":"SHA256:{{new string('A', 43)}}"}""", "/api/dgx/trust");

        using var answer = await server.Client.SendAsync(request, Stop);

        Assert.Equal(409, (int)answer.StatusCode);
    }

    private static HttpRequestMessage Request(string json, string path = "/api/dgx/probe") =>
        new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
