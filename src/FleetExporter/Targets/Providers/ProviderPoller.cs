using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Targets.Providers;

/// <summary>Polls one provider. Requests each endpoint at most once per poll, and none that loads or runs a model.</summary>
internal sealed class ProviderPoller(ProviderConfig provider, TargetContext tools) : ITargetPoller
{
    private const int MetricsLimit = 4 << 20;

    public async Task<TargetReading> AskAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpPoll(
            await SecretFile.ReadAsync(provider.KeyFile, cancellationToken).ConfigureAwait(false), provider.RefusesLinkLocal);
        return provider.Kind switch
        {
            ProviderKind.LlamaCpp => await LlamaCppAsync(http, cancellationToken).ConfigureAwait(false),
            ProviderKind.Vllm => await WithHealthAsync(http, "vllm", Vllm.ParseHealth, cancellationToken).ConfigureAwait(false),
            ProviderKind.Sglang => await WithHealthAsync(http, "sglang", Sglang.ParseHealth, cancellationToken).ConfigureAwait(false),
            _ => await OpenAiAsync(http, cancellationToken).ConfigureAwait(false),
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<TargetReading> OpenAiAsync(HttpPoll http, CancellationToken stop)
    {
        var models = await GetAsync(http, "/v1/models", stop).ConfigureAwait(false);
        return OpenAi.IsLoading(models.Status, models.Body)
            ? Read(http, ServingState.Loading, "openai", [], models)
            : Read(http, ServingState.Ok, "openai", OpenAi.ParseModels(models.Status, models.Body), models);
    }

    private async Task<TargetReading> WithHealthAsync(HttpPoll http, string kind, Func<int, string, ServingState> parse, CancellationToken stop)
    {
        var health = await GetAsync(http, "/health", stop).ConfigureAwait(false);
        if (parse(health.Status, health.Body) == ServingState.Loading)
        {
            return Read(http, ServingState.Loading, kind, [], health);
        }

        var models = await GetAsync(http, "/v1/models", stop).ConfigureAwait(false);
        return Read(http, ServingState.Ok, kind, OpenAi.ParseModels(models.Status, models.Body), health);
    }

    private async Task<TargetReading> LlamaCppAsync(HttpPoll http, CancellationToken stop)
    {
        var list = await GetAsync(http, "/v1/models", stop).ConfigureAwait(false);
        if (OpenAi.IsLoading(list.Status, list.Body))
        {
            return Read(http, ServingState.Loading, "llama_cpp", [], list, new LlamaCppDetails(false));
        }

        var (models, isRouter) = LlamaCpp.ParseModels(list.Status, list.Body);
        var health = await GetAsync(http, "/health", stop).ConfigureAwait(false);
        var state = LlamaCpp.ParseHealth(health.Status, health.Body);
        var details = isRouter || state == ServingState.Loading
            ? new LlamaCppDetails(isRouter)
            : await DetailsAsync(http, stop).ConfigureAwait(false);
        return Read(http, state, "llama_cpp", models, health, details);
    }

    /// <summary>
    /// Reads the details of a server with one model.
    /// Under load it answers these late; late details are omitted, and the state is still published.
    /// </summary>
    private async Task<LlamaCppDetails> DetailsAsync(HttpPoll http, CancellationToken stop)
    {
        var details = new LlamaCppDetails(false);
        try
        {
            var props = await GetAsync(http, "/props", stop).ConfigureAwait(false);
            details = details with { Props = LlamaCpp.ParseProps(props.Status, props.Body) };
            if (details.Props?.IsSleeping == true)
            {
                return details;
            }

            var slots = await GetAsync(http, "/slots", stop).ConfigureAwait(false);
            details = details with { Slots = LlamaCpp.ParseSlots(slots.Status, slots.Body) };
            var metrics = await GetAsync(http, "/metrics", stop, MetricsLimit).ConfigureAwait(false);
            return details with { Metrics = LlamaCppMetrics.Parse(metrics.Status, metrics.Body) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return details;
        }
    }

    private Task<HttpAnswer> GetAsync(HttpPoll http, string path, CancellationToken stop, int limit = HttpPoll.DefaultLimit) =>
        http.GetAsync(Below(provider.Url, path), limit, stop);

    /// <summary>URL of an endpoint; the base URL may end in <c>/v1</c>, as clients of the OpenAI API write it.</summary>
    internal static Uri Below(Uri provider, string path)
    {
        var @base = provider.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return new Uri((@base.EndsWith("/v1", StringComparison.Ordinal) ? @base[..^"/v1".Length] : @base) + path);
    }

    private ProviderReading Read(
        HttpPoll http, ServingState state, string kind, IReadOnlyList<ServedModel> models, HttpAnswer health, LlamaCppDetails? details = null) =>
        new(state, kind, provider.Url, models, health.Times.Total, details, http.CertificateExpires,
            provider.Unit is { } unit ? tools.UnitOf(provider.Host, unit) : null)
        {
            Times = health.Times,
        };
}
