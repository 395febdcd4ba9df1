using System.Globalization;
using System.Text;
using System.Text.Json;
using FleetExporter.Tests.Remote;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>Attacks by what answers a GET: a service, and a provider of the kind llama_cpp.</summary>
internal static class HttpAttacks
{
    /// <summary>Escape sequences, marks that turn the direction of text, what ends a label or a line, and length.</summary>
    public static readonly string Name = "\u001b]0;t\a\u001b[31m\u202e\u2066\"} 1\\\n# HELP \u0085\u2028" + new string('a', 100_000);

    private const string Head = "HTTP/1.1 200 OK\r\n";

    private static readonly string[] ModelsPath = ["/v1/models"];
    private static readonly string Deep = new string('[', 100_000) + new string(']', 100_000);

    public static IEnumerable<TargetAttack> All { get; } =
    [
        .. Both("EndlessBody", "too_large", "exceeds 1024 KiB", (s, stop) => EndlessAsync(s, Head + "\r\n", " ", stop)),
        .. Both("EndlessHeader", "too_large", "", (s, stop) => EndlessAsync(s, Head + "X: ", "a", stop)),
        .. Both("EndlessHeaders", "too_large", "", (s, stop) => EndlessAsync(s, Head, "X: a\r\n", stop)),
        .. Both("EndlessStatus", "too_large", "", (s, stop) => EndlessAsync(s, "HTTP/1.1 200 ", "a", stop)),
        .. Both("ByteASecond", "timeout", "within 1s", TrickleAsync),
        .. Both("DeepJson", "body", "not JSON", (s, stop) => TextAsync(s, Deep, stop)),
        new("ServiceNumbers", "services", "body", "", s => s.Answer("/", 200, """{"status":1e400,"model":-1,"service":9223372036854775808}""")),
        new("ServiceNan", "services", "body", "not JSON", s => s.Answer("/", 200, """{"status":"ok","model":NaN}""")),
        new("ServiceNames", "services", "", "", s => s.Answer("/", 200, Json(new { status = "ok", model = Name, service = Name }))),
        new("ProviderModels", "providers", "too_large", "exceeds 1024 KiB", s => Llama(s, ModelsPath, ModelRowsAsync)),
        new("ProviderManyValues", "providers", "body", "more than 100000 JSON values", s => Llama(s).Answer("/v1/models", 200, Models(60_000))),
        new("ProviderModelsWithinLimit", "providers", "", "", s => Llama(s).Answer("/v1/models", 200, Models(24_000))),
        new("ProviderMetrics", "providers", "too_large", "exceeds 4096 KiB", s => Llama(s, ["/metrics"], MetricRowsAsync)),
        new("ProviderMetricsLines", "providers", "body", "lines", s => Llama(s).Answer("/metrics", 200, Metrics(250_000))),
        new("ProviderMetricsWithinLimit", "providers", "", "", s => Llama(s).Answer("/metrics", 200, Metrics(49_000, "long_name_"))),
        new("ProviderNumbers", "providers", "", "", Numbers),
        new("ProviderNames", "providers", "", "", s => Llama(s)
            .Answer("/v1/models", 200, Json(new { data = new[] { new { id = Name, owned_by = "llamacpp" } } }))
            .Answer("/props", 200, Json(new { build_info = Name, total_slots = 1 }))),
    ];

    private static TargetAttack[] Both(string name, string reason, string message, Func<Stream, CancellationToken, Task> answer) =>
    [
        new("Service" + name, "services", reason, message, s => s.Script("/", answer)),
        new("Provider" + name, "providers", reason, message, s => Llama(s, ModelsPath, answer)),
    ];

    /// <summary>A good server of one model but for these paths.</summary>
    private static ScriptedServer Llama(ScriptedServer server, string[]? paths = null, Func<Stream, CancellationToken, Task>? answer = null)
    {
        server.Answer("/v1/models", 200, """{"data":[{"id":"m","owned_by":"llamacpp"}]}""").Answer("/health", 200, """{"status":"ok"}""")
            .Answer("/props", 200, """{"total_slots":1}""").Answer("/slots", 200, """[{"is_processing":true}]""")
            .Answer("/metrics", 200, "llamacpp:prompt_tokens_total 7\n");
        foreach (var path in paths ?? [])
        {
            server.Script(path, answer!);
        }

        return server;
    }

    private static void Numbers(ScriptedServer server) => Llama(server)
        .Answer("/v1/models", 200, """{"data":[{"id":"m","created":1e400,"status":null,"meta":{"n_params":-1}},{"id":1e308}]}""")
        .Answer("/health", 200, """{"status":"ok","slots_idle":9223372036854775808}""")
        .Answer("/props", 200, """{"total_slots":1e308,"build_info":1e400,"is_sleeping":-1}""")
        .Answer("/slots", 200, """[{"state":9223372036854775808},{"state":-1},{"is_processing":1e400}]""")
        .Answer("/metrics", 200, """
            llamacpp:prompt_tokens_total 1e308
            llamacpp:tokens_predicted_total 1e400
            llamacpp:prompt_tokens_seconds NaN
            llamacpp:predicted_tokens_seconds -1
            llamacpp:requests_processing 9223372036854775808
            llamacpp:requests_deferred +Inf

            """);

    private static string ModelRow(int i) => (i == 0 ? "" : ",") + $"{{\"id\":\"{i}\"}}";

    private static string Models(int count) => "{\"data\":[" + string.Concat(Enumerable.Range(0, count).Select(ModelRow)) + "]}";

    private static string MetricRow(int i) => string.Create(CultureInfo.InvariantCulture, $"a{i} {i}\n");

    private static string Metrics(int rows, string start = "") =>
        string.Concat(Enumerable.Range(0, rows).Select(i => string.Concat(Enumerable.Repeat(start, 6)) + MetricRow(i)));

    private static Task ModelRowsAsync(Stream stream, CancellationToken stop) => RowsAsync(stream, "{\"data\":[", ModelRow, stop);

    private static Task MetricRowsAsync(Stream stream, CancellationToken stop) => RowsAsync(stream, "", MetricRow, stop);

    private static string Json(object answer) => JsonSerializer.Serialize(answer);

    private static async Task TextAsync(Stream stream, string body, CancellationToken stop) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{Head}Content-Length: {body.Length}\r\n\r\n{body}"), stop);

    /// <summary>A million rows, of which the reader takes what it likes.</summary>
    private static async Task RowsAsync(Stream stream, string start, Func<int, string> row, CancellationToken stop)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{Head}\r\n{start}"), stop);
        foreach (var rows in Enumerable.Range(0, 1_000_000).Chunk(5_000))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(rows.Select(row))), stop);
        }

        throw new IOException("the end of the body is that of the connection");
    }

    public static async Task EndlessAsync(Stream stream, string start, string more, CancellationToken stop)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(start), stop);
        for (var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(more, 10_000))); ;)
        {
            await stream.WriteAsync(block, stop);
        }
    }

    private static async Task TrickleAsync(Stream stream, CancellationToken stop)
    {
        for (var sent = Encoding.UTF8.GetBytes($"{Head}Content-Length: 1000\r\n\r\n"); ; sent = " "u8.ToArray())
        {
            await stream.WriteAsync(sent, stop);
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
        }
    }
}
