using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>The models of a llama.cpp server, and whether it is a router.</summary>
/// <param name="IsRouter">
/// It starts models on demand, such as llama-server without a model, or llama-swap.
/// Requests beyond this list could load a model or prevent its unloading.
/// </param>
internal sealed record LlamaCppModels(IReadOnlyList<ServedModel> Models, bool IsRouter);

/// <summary>Response of <c>GET /props</c>.</summary>
/// <param name="Slots">Number of concurrent requests.</param>
/// <param name="Build">Version, <c>b4567-0a1b2c3d</c>.</param>
/// <param name="IsSleeping">Its model is unloaded while idle; further requests would load it again.</param>
internal sealed record LlamaCppProps(long? Slots, string? Build, bool IsSleeping);

/// <summary>Idle and busy request slots.</summary>
internal sealed record LlamaCppSlots(int Idle, int Busy);

/// <summary>Parses responses of llama.cpp's server. Seen: the server's documentation, builds of 2024 to 2026.</summary>
internal static class LlamaCpp
{
    /// <summary>Parses <c>GET /v1/models</c>. A server of one model lists it with <c>owned_by</c> llamacpp and without a <c>status</c>.</summary>
    /// <exception cref="TargetFailureException">As <see cref="OpenAi.ParseModels"/>.</exception>
    public static LlamaCppModels ParseModels(int status, string body)
    {
        OpenAi.Expect200(status, body);
        return JsonAnswer.Read(body, root =>
        {
            var items = OpenAi.Items(root, body).Where(item => JsonAnswer.Text(item, "id") is not null).ToList();
            var single = items is [var only] && JsonAnswer.Member(only, "status") is null && JsonAnswer.Text(only, "owned_by") is null or "llamacpp";
            return new LlamaCppModels([.. items.Select(Model).DistinctBy(m => m.Id).Take(RemoteLimits.Models)], !single);
        });
    }

    /// <summary>
    /// Parses <c>GET /health</c>: 200 <c>{"status":"ok"}</c>, or 503 while the model loads. A router may respond with 200 and any text.
    /// </summary>
    /// <exception cref="TargetFailureException"><c>reported_error</c>, or <c>status</c> for any other status.</exception>
    public static ServingState ParseHealth(int status, string body)
    {
        var state = JsonAnswer.TryRead(body, root => JsonAnswer.Text(root, "status"));
        if (OpenAi.IsLoading(status, body) || (status == 200 && state is "loading model" or "loading"))
        {
            return ServingState.Loading;
        }

        if (state == "error")
        {
            throw new TargetFailureException(TargetFailure.ReportedError, $"/health responded with status {status}: {SectionText.Quote(body)}");
        }

        OpenAi.Expect200(status, body);
        return ServingState.Ok;
    }

    /// <summary>Parses <c>GET /props</c>; null when the server does not support it.</summary>
    /// <exception cref="TargetFailureException"><c>body</c>.</exception>
    public static LlamaCppProps? ParseProps(int status, string body) => status != 200 ? null : JsonAnswer.Read(body, root => new LlamaCppProps(
        JsonAnswer.Count(root, "total_slots"), JsonAnswer.Text(root, "build_info"), JsonAnswer.Flag(root, "is_sleeping") ?? false));

    /// <summary>
    /// Parses <c>GET /slots</c>: a list with <c>is_processing</c>, in older builds <c>state</c> 0 or 1. Null where it is disabled (404, 501).
    /// </summary>
    /// <exception cref="TargetFailureException"><c>body</c>.</exception>
    public static LlamaCppSlots? ParseSlots(int status, string body)
    {
        return status != 200 ? null : JsonAnswer.Read(body, root =>
        {
            if (root.ValueKind != JsonValueKind.Array)
            {
                throw new TargetFailureException(TargetFailure.Body, $"/slots is not a list: {SectionText.Quote(body)}");
            }

            var busy = root.EnumerateArray().Select(slot =>
                JsonAnswer.Flag(slot, "is_processing") ?? (JsonAnswer.Count(slot, "state") is { } state ? state != 0 : null)).ToList();
            return busy.Contains(null) ? null : new LlamaCppSlots(busy.Count(b => b == false), busy.Count(b => b == true));
        });
    }

    private static ServedModel Model(JsonElement item)
    {
        var status = JsonAnswer.Member(item, "status") is { ValueKind: JsonValueKind.Object } of
            ? JsonAnswer.Text(of, "value")
            : JsonAnswer.Text(item, "status");
        return OpenAi.Model(item)! with { Loaded = status is null ? null : status == "loaded" };
    }
}
