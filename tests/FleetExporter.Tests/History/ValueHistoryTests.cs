using System.Globalization;
using System.Text.Json;
using FleetExporter.History;
using FleetExporter.Tests.Api;
using FleetExporter.Tests.Api.Resources;
using FleetExporter.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.History;

/// <summary><c>/api/history</c>, with a Prometheus that answers as scripted.</summary>
public sealed class ValueHistoryTests
{
    private const string Query = "/api/v1/query_range";
    private const string Empty = """{"status":"success","data":{"resultType":"matrix","result":[]}}""";
    private const string Memory = "/api/history?subject=host:a&value=memory&range=";

    [Theory]
    [InlineData("", "range subject")]
    [InlineData("subject=host:a&value=nosuch&range=1h", "value")]
    [InlineData("subject=host:a&range=1h", "value")]
    [InlineData("subject=gpu:a/0&value=cpu&range=1h", "value")]
    [InlineData("subject=host:a&value=fleet_host_cpus&range=1h", "value")]
    [InlineData("subject=host:a&value=up)%20or%20(up&range=1h", "value")]
    [InlineData("subject=pod:a&value=cpu&range=1h", "subject")]
    [InlineData("subject=host:a%0Ab&value=cpu&range=1h", "subject")]
    [InlineData("subject=host:a&value=cpu&range=2h", "range")]
    [InlineData("subject=host:a&value=cpu", "range")]
    [InlineData("subject=host:a&value=cpu&from=2025-12-31T00:00:00Z", "to")]
    [InlineData("subject=host:a&value=cpu&from=yesterday&to=2025-12-31", "from to")]
    [InlineData("subject=host:a&value=cpu&range=1h&from=2025-12-31T00:00:00Z&to=2025-12-31T01:00:00Z", "range")]
    [InlineData("subject=host:a&value=cpu&from=2025-12-31T01:00:00Z&to=2025-12-31T01:00:00Z", "from")]
    [InlineData("subject=host:a&value=cpu&from=2024-11-20T00:00:00Z&to=2025-12-31T00:00:00Z", "from")]
    [InlineData("subject=host:a&value=cpu&from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z", "from")]
    public async Task Subject_value_and_period_are_of_closed_lists(string query, string fields)
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal((400, fields), await server.RefusedAsync("GET", $"/api/history?{query}"));
    }

    [Fact]
    public async Task An_error_names_the_allowed_words()
    {
        await using var server = await ApiServer.StartAsync();

        var (_, problem) = await server.FailAsync(HttpMethod.Get, "/api/history?subject=tunnel:t&value=x&range=x");
        Assert.Equal("Must be one of up, latency, parts.", problem.GetProperty("errors").GetProperty("value")[0].GetString());
        Assert.Equal("Must be one of 1h, 6h, 24h, 7d, 30d; or give from and to.", problem.GetProperty("errors").GetProperty("range")[0].GetString());
        (_, problem) = await server.FailAsync(HttpMethod.Get, "/api/history?subject=x&value=x&range=1h");
        Assert.Contains(
            "host:NAME, gpu:HOST/INDEX, service:NAME", problem.GetProperty("errors").GetProperty("subject")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host:nobody", "cpu")]
    [InlineData("gpu:nobody/0", "power")]
    [InlineData("service:a", "up")]
    [InlineData("host:a%22%7D%20or%20up%7Bx=%22", "cpu")]
    public async Task What_is_not_watched_is_404(string subject, string value)
    {
        await using var prometheus = new ScriptedServer();
        await using var server = await ApiServer.StartAsync(Yml(prometheus));

        Assert.Equal(404, (await server.FailAsync(HttpMethod.Get, $"/api/history?subject={subject}&value={value}&range=1h")).Status);
        Assert.Empty(prometheus.Requests);
    }

    [Fact]
    public async Task Each_step_has_what_Prometheus_answers_for_its_end_and_gaps_stay_null()
    {
        await using var prometheus = new ScriptedServer();
        await using var server = await ApiServer.StartAsync(Yml(prometheus));
        var now = server.Clock.GetUtcNow();
        prometheus.Answer(Query, 200, Matrix(
            ("""{"gpu":"10","uuid":"u10"}""", now.AddMinutes(-1), 61), ("""{"gpu":"2","uuid":"u2"}""", now, 47.12345)));

        var history = await server.JsonAsync("/api/history?subject=host:a&value=gpu_temperature&range=6h");

        Assert.Equal(
            ["host:a", "gpu_temperature", "celsius", "60", "prometheus", ""],
            ((string[])["subject", "value", "unit", "step_seconds", "source", "hint"]).Select(n => $"{history.GetProperty(n)}"));
        Assert.Equal(now - TimeSpan.FromHours(6), history.GetProperty("from").GetDateTimeOffset());
        Assert.Equal(now, history.GetProperty("to").GetDateTimeOffset());
        var times = history.GetProperty("times").EnumerateArray().Select(t => t.GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(0, 360).Select(i => (now - TimeSpan.FromHours(6)).ToUnixTimeMilliseconds() + (i * 60_000L)), times);
        var series = history.GetProperty("series").EnumerateArray().ToList();
        Assert.Equal(["GPU 2", "GPU 10"], series.Select(s => s.GetProperty("name").GetString()));
        Assert.Equal("""{"gpu":"2","uuid":"u2"}""", series[0].GetProperty("labels").GetRawText());
        foreach (var bound in (string[])["min", "avg", "max"])
        {
            Assert.Equal([.. Enumerable.Repeat<double?>(null, 359), 47.123], Numbers(series[0], bound));
            Assert.Equal([.. Enumerable.Repeat<double?>(null, 358), 61, null], Numbers(series[1], bound));
        }

        var asked = prometheus.Paths.Where(p => p.StartsWith(Query, StringComparison.Ordinal)).Select(Uri.UnescapeDataString).ToList();
        Assert.Equal(3, asked.Count);
        Assert.All(asked, q => Assert.Contains("step=60&timeout=8s", q, StringComparison.Ordinal));
        Assert.All(asked, q => Assert.Contains("host=\"a\"", q, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Equal_requests_share_an_answer()
    {
        await using var prometheus = new ScriptedServer();
        prometheus.Answer(Query, 200, Empty);
        await using var server = await ApiServer.StartAsync(Yml(prometheus));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.JsonAsync($"{Memory}30d")));

        // Three bounds of the steps that are over, and three of the one that is not.
        Assert.InRange(prometheus.Paths.Count(p => p.StartsWith(Query, StringComparison.Ordinal)), 3, 6);
        var again = await server.JsonAsync($"{Memory}30d");
        Assert.Contains("has no values of host:a", again.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_64_series_are_answered_those_with_the_highest_values()
    {
        await using var prometheus = new ScriptedServer();
        await using var server = await ApiServer.StartAsync(Yml(prometheus));
        var now = server.Clock.GetUtcNow();
        prometheus.Answer(Query, 200, Matrix([.. Enumerable.Range(0, 100).Select(i => ($$"""{"device":"eth{{i}}"}""", now, (double)i))]));

        var history = await server.JsonAsync("/api/history?subject=host:a&value=network_receive&range=6h");

        var names = history.GetProperty("series").EnumerateArray().Select(s => s.GetProperty("name").GetString()).ToList();
        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"eth{99 - i}"), names);
        Assert.Equal("Of 100 series, these are the 64 with the highest values.", history.GetProperty("hint").GetString());
    }

    [Theory]
    [InlineData(200, "<html>", "does not answer (body)")]
    [InlineData(200, "{}", "does not answer (body)")]
    [InlineData(401, "", "does not answer (auth)")]
    [InlineData(404, "", "does not answer (status)")]
    [InlineData(302, "", "does not answer (redirect)")]
    [InlineData(503, "Service Unavailable", "does not answer (refused)")]
    [InlineData(422, """{"status":"error","errorType":"execution","error":"too many samples"}""", "could not answer the query (reported_error)")]
    public async Task Without_an_answer_of_Prometheus_memory_answers_and_says_why(int status, string body, string reason)
    {
        await using var prometheus = new ScriptedServer();
        prometheus.Answer(Query, status, body, "Location: /login\r\n");
        await using var server = await ApiServer.StartAsync(Yml(prometheus));
        await RememberAsync(server);

        AssertFromMemory(await server.JsonAsync($"{Memory}1h"), reason);
    }

    [Fact]
    public async Task A_Prometheus_without_this_host_is_no_failure_and_memory_answers()
    {
        await using var prometheus = new ScriptedServer();
        prometheus.Answer(Query, 200, Empty);
        await using var server = await ApiServer.StartAsync(Yml(prometheus));
        await RememberAsync(server);

        AssertFromMemory(await server.JsonAsync($"{Memory}1h"), "has no values of host:a in this time");
        AssertFromMemory(await server.JsonAsync($"{Memory}30d"), "has no values of host:a in this time");
    }

    [Fact]
    public async Task A_Prometheus_that_hangs_costs_one_wait_of_less_than_two_seconds()
    {
        await using var prometheus = new ScriptedServer();
        var hangs = true;
        Task Hang(Stream stream, CancellationToken stop) => hangs ? Task.Delay(Timeout.Infinite, stop) : throw new IOException("ends");
        prometheus.Script(Query, Hang).Script("/-/healthy", Hang);
        await using var server = await ApiServer.StartAsync(Yml(prometheus));
        await RememberAsync(server);

        var began = server.Clock.GetUtcNow();
        var pending = server.JsonAsync($"{Memory}1h");
        while (!pending.IsCompleted)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            server.Clock.Advance(TimeSpan.FromMilliseconds(server.Clock.GetUtcNow() - began < TimeSpan.FromSeconds(1.4) || Asked() > 0 ? 100 : 0));
        }

        AssertFromMemory(await pending, "does not answer (timeout)");
        var asked = Asked();
        AssertFromMemory(await server.JsonAsync($"{Memory}1h"), "does not answer (timeout)");
        AssertFromMemory(await server.JsonAsync("/api/history?subject=gpu:a/0&value=power&range=1h"), "does not answer (timeout)");
        Assert.Equal(asked, Asked());

        // Later it is tried again.
        hangs = false;
        prometheus.Answer("/-/healthy", 200, "").Answer(Query, 200, Empty);
        server.Clock.Advance(TimeSpan.FromSeconds(11));
        AssertFromMemory(await server.JsonAsync($"{Memory}1h"), "has no values of host:a");
        Assert.True(Asked() > asked, "it is asked again");

        int Asked() => prometheus.Paths.Count();
    }

    [Fact]
    public async Task A_Prometheus_that_refuses_is_tried_again_after_a_reload_with_another_URL()
    {
        var gone = new ScriptedServer();
        var url = gone.Url();
        await gone.DisposeAsync();
        await using var prometheus = new ScriptedServer();
        prometheus.Answer(Query, 200, Empty);
        await using var server = await ApiServer.StartAsync($"{ApiServer.TwoHosts}prometheus: {{ url: \"{url}\" }}\n");
        await RememberAsync(server);

        AssertFromMemory(await server.JsonAsync($"{Memory}1h"), "does not answer (refused)");
        Assert.Contains(url.Authority, (await server.JsonAsync($"{Memory}1h")).GetProperty("hint").GetString(), StringComparison.Ordinal);
        var unkept = await server.JsonAsync("/api/history?subject=host:a&value=disk&range=1h");
        Assert.Contains("memory keeps no disk of a host", unkept.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Empty(unkept.GetProperty("series").EnumerateArray());

        server.WriteConfig(Yml(prometheus));
        using var reloaded = await server.SendAsync(HttpMethod.Post, "/-/reload");
        AssertFromMemory(await server.JsonAsync($"{Memory}1h"), "has no values of host:a");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9090", "cpu", false, false,
        "Prometheus at http://127.0.0.1:9090/ does not answer (refused); these are the last 24 hours from memory; "
        + "set prometheus.url in fleet.yml to keep more than the last 24 hours.")]
    [InlineData("http://p.lan", "cpu", false, false,
        "Prometheus at http://p.lan/ does not answer (refused); these are the last 24 hours from memory.")]
    [InlineData("http://p.lan", "cpu", true, true,
        "Prometheus at http://p.lan/ does not answer (refused); memory keeps 10000 series, and this host is beyond them.")]
    [InlineData("http://p.lan", "cpu", true, false, "Prometheus at http://p.lan/ does not answer (refused); memory has no values in this time.")]
    [InlineData("http://p.lan", "disk", true, false, "Prometheus at http://p.lan/ does not answer (refused); memory keeps no disk of a host.")]
    public void The_hint_says_why_and_how_to_have_more(string url, string value, bool isEmpty, bool isIncomplete, string hint)
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        var known = HistoryValues.Find(SubjectKind.Host, value)!;
        var request = new HistoryRequest(new HistorySubject(SubjectKind.Host, "a"), known, now - TimeSpan.FromHours(1), now);
        var memory = new RecentHistory(
            HistoryGrid.Of(request.From, now, TimeSpan.FromSeconds(15), now),
            isEmpty ? [] : [new HistorySeries("a", new Dictionary<string, string>(), [1], [1], [1])], isIncomplete);

        Assert.Equal(hint, ValueHistory.MemoryHint(
            request, new Uri(url), new PrometheusFailure(new Uri(url), "refused", IsUp: false), known.Recent is null ? null : memory));
    }

    private static string Yml(ScriptedServer prometheus) => $"{ApiServer.TwoHosts}prometheus: {{ url: \"{prometheus.Url()}\" }}\n";

    /// <summary>Lets time pass until memory has values of both hosts.</summary>
    private static async Task RememberAsync(ApiServer server)
    {
        var recent = server.Services.GetRequiredService<RecentValues>();
        for (var i = 0; i < 6 || Known("a") < 4 || Known("b b") < 4; i++)
        {
            Assert.InRange(i, 0, 1000);
            server.Clock.Advance(RecentValues.Step);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        int Known(string host)
        {
            var now = server.Clock.GetUtcNow();
            return RecentHistory.Of(
                recent, new HistorySubject(SubjectKind.Host, host), RecentValue.Memory, now - TimeSpan.FromMinutes(1), now, TimeSpan.FromSeconds(15))
                .Series.Sum(s => s.Avg.Count(double.IsFinite));
        }
    }

    private static void AssertFromMemory(JsonElement history, string reason)
    {
        Assert.Equal("memory", history.GetProperty("source").GetString());
        Assert.Contains(reason, history.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Contains("these are the last 24 hours from memory", history.GetProperty("hint").GetString(), StringComparison.Ordinal);
        var series = Assert.Single(history.GetProperty("series").EnumerateArray());
        Assert.Contains(Numbers(series, "avg"), v => v is not null);
        Assert.Equal(history.GetProperty("times").GetArrayLength(), Numbers(series, "max").Count);
    }

    private static IReadOnlyList<double?> Numbers(JsonElement series, string bound) =>
        [.. series.GetProperty(bound).EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? (double?)null : v.GetDouble())];

    private static string Matrix(params IEnumerable<(string Labels, DateTimeOffset At, double Value)> points) =>
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + string.Join(',', points.Select(p => string.Create(
            CultureInfo.InvariantCulture, $"{{\"metric\":{p.Labels},\"values\":[[{p.At.ToUnixTimeSeconds()},\"{p.Value}\"]]}}"))) + "]}}";
}
