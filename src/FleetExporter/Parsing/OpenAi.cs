using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>A model listed by a provider.</summary>
/// <param name="Loaded">Whether it is in memory; null where not reported.</param>
/// <param name="Parameters">Parameter count, <c>meta.n_params</c>; llama.cpp only.</param>
/// <param name="TrainedContext">Context length in training, <c>meta.n_ctx_train</c>; llama.cpp only.</param>
internal sealed record ServedModel(string Id, bool? Loaded = null, long? Parameters = null, long? TrainedContext = null);

/// <summary>Parses responses of servers with OpenAI's API.</summary>
internal static class OpenAi
{
    /// <summary>Parses <c>GET /v1/models</c>: <c>{"data":[{"id":…}]}</c>.</summary>
    /// <returns>In response order, each id once.</returns>
    /// <exception cref="TargetFailureException">Unexpected JSON (<c>body</c>), or a status other than 200 (<c>status</c>).</exception>
    public static IReadOnlyList<ServedModel> ParseModels(int status, string body)
    {
        Expect200(status, body);
        return JsonAnswer.Read(body, root =>
            Items(root, body).Select(Model).OfType<ServedModel>().DistinctBy(m => m.Id).Take(RemoteLimits.Models).ToList());
    }

    /// <summary>Whether the model is still loading: status 503 with "loading" in the body.</summary>
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
            : throw new TargetFailureException(TargetFailure.Body, $"the body is not a list of models: {SectionText.Quote(body)}");

    /// <returns>Null without an id.</returns>
    internal static ServedModel? Model(JsonElement item)
    {
        long? Meta(string name) => JsonAnswer.Member(item, "meta") is { } meta ? JsonAnswer.Count(meta, name) : null;

        return JsonAnswer.Text(item, "id") is { } id
            ? new ServedModel(id, Parameters: Meta("n_params"), TrainedContext: Meta("n_ctx_train"))
            : null;
    }
}
