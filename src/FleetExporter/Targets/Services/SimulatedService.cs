namespace FleetExporter.Targets.Services;

/// <summary>A simulated AI service that answers with its health.</summary>
/// <param name="StateAt">ok, loading or error.</param>
internal sealed record SimulatedService(string Name, string Model, Func<DateTimeOffset, string> StateAt)
{
    /// <summary>docutils fails in the last of every five minutes.</summary>
    public static IReadOnlyList<SimulatedService> All { get; } =
    [
        new("stt", "whisper-large-v3-turbo", _ => "ok"),
        new("vision", "Qwen2.5-VL-7B-Instruct", _ => "ok"),
        new("tts", "kokoro-82m", _ => "ok"),
        new("imagegen", "flux.1-schnell", _ => "loading"),
        new("embeddings", "bge-m3", _ => "ok"),
        new("docutils", "docling", now => now.ToUnixTimeSeconds() % 300 < 240 ? "ok" : "error"),
    ];

    public IResult Answer(DateTimeOffset now) =>
        Results.Json(new Dictionary<string, string> { ["status"] = StateAt(now), ["model"] = Model, ["service"] = Name });
}
