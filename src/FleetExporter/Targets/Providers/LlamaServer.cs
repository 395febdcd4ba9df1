using System.Globalization;
using FleetExporter.Collectors;

namespace FleetExporter.Targets.Providers;

/// <summary>The answers of a simulated llama.cpp server, limited to what the exporter reads.</summary>
internal sealed class LlamaServer(string model, long parameters, int trainedContext, int slots, int seed)
{
    private const string Health = """{"status":"ok"}""";

    public void Map(SimulatedNetwork network, string prefix)
    {
        var (routes, clock) = (network.Routes, network.Clock);
        routes.MapGet(prefix + "/health", () => Results.Text(Health, "application/json"));
        routes.MapGet(prefix + "/v1/models", () => Results.Text(Models, "application/json"));
        routes.MapGet(prefix + "/props", () => Results.Text(Props, "application/json"));
        routes.MapGet(prefix + "/slots", () => Results.Text(Slots(clock.GetUtcNow()), "application/json"));
        routes.MapGet(prefix + "/metrics", () => Results.Text(Metrics(clock.GetUtcNow()), "text/plain; version=0.0.4"));
    }

    private string Models { get; } =
        $$"""
        {"object":"list","data":[{"id":"{{model}}","object":"model","created":1767225600,"owned_by":"llamacpp",
        "meta":{"n_ctx_train":{{trainedContext}},"n_params":{{parameters}} } }]}
        """;

    private string Props { get; } =
        $$"""{"default_generation_settings":{"id":0,"n_ctx":65536},"total_slots":{{slots}},"model_path":"/models/{{model}}","modalities":"""
            + """{"vision":false,"audio":false},"build_info":"b6500-simulated"}""";

    private string Slots(DateTimeOffset now) => $"[{string.Join(',', Enumerable.Range(0, slots).Select(slot =>
        $$"""{"id":{{slot}},"id_task":{{(slot < Busy(now) ? 4200 + slot : -1)}},"n_ctx":"""
            + $$"""{{65536 / slots}},"is_processing":{{(slot < Busy(now) ? "true" : "false")}}}"""))}]";

    /// <summary>Counters grow at a constant rate plus a wave small enough that they never decrease.</summary>
    private string Metrics(DateTimeOffset now)
    {
        var seconds = (now - DateTimeOffset.UnixEpoch.AddDays(20_000)).TotalSeconds;
        var (prompt, generated) = ((seconds * 40) + SimulatedWave.At(now, seed, 0, 400), (seconds * 12) + SimulatedWave.At(now, seed + 1, 0, 120));
        return string.Create(CultureInfo.InvariantCulture, $"""
            # HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
            # TYPE llamacpp:prompt_tokens_total counter
            llamacpp:prompt_tokens_total {prompt:0}
            # HELP llamacpp:prompt_seconds_total Prompt process time
            # TYPE llamacpp:prompt_seconds_total counter
            llamacpp:prompt_seconds_total {prompt / 900:0.000}
            # HELP llamacpp:tokens_predicted_total Number of generation tokens processed.
            # TYPE llamacpp:tokens_predicted_total counter
            llamacpp:tokens_predicted_total {generated:0}
            # HELP llamacpp:tokens_predicted_seconds_total Predict process time
            # TYPE llamacpp:tokens_predicted_seconds_total counter
            llamacpp:tokens_predicted_seconds_total {generated / 45:0.000}
            # HELP llamacpp:prompt_tokens_seconds Average prompt throughput in tokens/s.
            # TYPE llamacpp:prompt_tokens_seconds gauge
            llamacpp:prompt_tokens_seconds {SimulatedWave.At(now, seed + 2, 600, 1200):0.00}
            # HELP llamacpp:predicted_tokens_seconds Average generation throughput in tokens/s.
            # TYPE llamacpp:predicted_tokens_seconds gauge
            llamacpp:predicted_tokens_seconds {SimulatedWave.At(now, seed + 3, 35, 55):0.00}
            # HELP llamacpp:requests_processing Number of requests processing.
            # TYPE llamacpp:requests_processing gauge
            llamacpp:requests_processing {Busy(now)}
            # HELP llamacpp:requests_deferred Number of requests deferred.
            # TYPE llamacpp:requests_deferred gauge
            llamacpp:requests_deferred {(Busy(now) == slots ? 1 : 0)}

            """);
    }

    private int Busy(DateTimeOffset now) => (int)Math.Round(SimulatedWave.At(now, seed, 0, slots));
}
