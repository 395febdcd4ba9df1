using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>A model that a provider lists.</summary>
/// <param name="Loaded">Whether it is in memory; null where the provider does not say.</param>
/// <param name="Parameters">How many it has, <c>meta.n_params</c>; llama.cpp tells.</param>
/// <param name="TrainedContext">Tokens of context it was trained with, <c>meta.n_ctx_train</c>; llama.cpp tells.</param>
internal sealed record ServedModel(string Id, bool? Loaded = null, long? Parameters = null, long? TrainedContext = null);

/// <summary>What every server with OpenAI's interface answers.</summary>
internal static class OpenAi
{
    /// <summary>Parses <c>GET /v1/models</c>: <c>{"data":[{"id":…}]}</c>.</summary>
    /// <returns>In the order of the answer, each id once.</returns>
    /// <exception cref="TargetFailureException">It is not such JSON (<c>body</c>), or not 200 (<c>status</c>).</exception>
    public static IReadOnlyList<ServedModel> ParseModels(int status, string body)
    {
        Expect200(status, body);
        return JsonAnswer.Read(body, root =>
            Items(root, body).Select(Model).OfType<ServedModel>().DistinctBy(m => m.Id).Take(RemoteLimits.Models).ToList());
    }

    /// <summary>Does the answer say that the model is still being loaded? 503 does, when it says why in these words.</summary>
    public static bool IsLoading(int status, string body) => status == 503 && body.Contains("loading", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="TargetFailureException"><c>status</c>.</exception>
    internal static void Expect200(int status, string body)
    {
        if (status != 200)
        {
            throw new TargetFailureException(TargetFailure.Status, $"status {status}: {SectionText.Quote(body)}");
        }
    }

    internal static IEnumerable<JsonElement> Items(JsonElement root, string body) =>
        JsonAnswer.Member(root, "data") is { ValueKind: JsonValueKind.Array } data
            ? data.EnumerateArray()
            : throw new TargetFailureException(TargetFailure.Body, $"the body is no list of models: {SectionText.Quote(body)}");

    /// <returns>Null without an id.</returns>
    internal static ServedModel? Model(JsonElement item)
    {
        long? Meta(string name) => JsonAnswer.Member(item, "meta") is { } meta ? JsonAnswer.Count(meta, name) : null;

        return JsonAnswer.Text(item, "id") is { } id
            ? new ServedModel(id, Parameters: Meta("n_params"), TrainedContext: Meta("n_ctx_train"))
            : null;
    }
}
