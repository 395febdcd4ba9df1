using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>The models of a llama.cpp server, and whether it serves them itself.</summary>
/// <param name="IsRouter">
/// It starts models when they are asked for (llama-server without a model, llama-swap and the like).
/// Asking it for more than this list could load a model, or keep one from being unloaded.
/// </param>
internal sealed record LlamaCppModels(IReadOnlyList<ServedModel> Models, bool IsRouter);

/// <summary>What <c>GET /props</c> says.</summary>
/// <param name="Slots">Requests it can work on at once.</param>
/// <param name="Build">Its version, <c>b4567-0a1b2c3d</c>.</param>
/// <param name="IsSleeping">It has unloaded its model for want of requests; further questions would load it again.</param>
internal sealed record LlamaCppProps(long? Slots, string? Build, bool IsSleeping);

/// <summary>How many of the places for requests are taken.</summary>
internal sealed record LlamaCppSlots(int Idle, int Busy);

/// <summary>Parses what llama.cpp's server answers. Seen: the server's documentation, builds of 2024 to 2026.</summary>
internal static class LlamaCpp
{
    /// <summary>Parses <c>GET /v1/models</c>. A server of one model lists that one, <c>owned_by</c> llamacpp and without a <c>status</c>.</summary>
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
    /// Parses <c>GET /health</c>: 200 <c>{"status":"ok"}</c>, or 503 while the model is loaded. A router in front may answer 200 with any text.
    /// </summary>
    /// <exception cref="TargetFailureException"><c>reported_error</c>, or <c>status</c> for what is none of these.</exception>
    public static ServingState ParseHealth(int status, string body)
    {
        var said = JsonAnswer.TryRead(body, root => JsonAnswer.Text(root, "status"));
        if (OpenAi.IsLoading(status, body) || (status == 200 && said is "loading model" or "loading"))
        {
            return ServingState.Loading;
        }

        if (said == "error")
        {
            throw new TargetFailureException(TargetFailure.ReportedError, $"its /health answers {status}: {SectionText.Quote(body)}");
        }

        OpenAi.Expect200(status, body);
        return ServingState.Ok;
    }

    /// <summary>Parses <c>GET /props</c>; null when the server does not answer it.</summary>
    /// <exception cref="TargetFailureException"><c>body</c>.</exception>
    public static LlamaCppProps? ParseProps(int status, string body) => status != 200 ? null : JsonAnswer.Read(body, root => new LlamaCppProps(
        JsonAnswer.Count(root, "total_slots"), JsonAnswer.Text(root, "build_info"), JsonAnswer.Flag(root, "is_sleeping") ?? false));

    /// <summary>
    /// Parses <c>GET /slots</c>: a list with <c>is_processing</c>, in older builds <c>state</c> 0 or 1. Null where it is turned off (404, 501).
    /// </summary>
    /// <exception cref="TargetFailureException"><c>body</c>.</exception>
    public static LlamaCppSlots? ParseSlots(int status, string body)
    {
        return status != 200 ? null : JsonAnswer.Read(body, root =>
        {
            if (root.ValueKind != JsonValueKind.Array)
            {
                throw new TargetFailureException(TargetFailure.Body, $"/slots is no list: {SectionText.Quote(body)}");
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
