using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets.Providers;

namespace FleetExporter.Views;

/// <summary>What a provider reports; load and slots of llama.cpp only.</summary>
internal sealed record ProviderDetailView : TargetDetailView
{
    private const int MaxModels = 100;

    public ProviderDetailView(ProviderConfig provider, TargetSnapshot? snapshot, FleetState state, Instant now)
        : base(snapshot, now)
    {
        var reading = snapshot?.Get<ProviderReading>(now);
        var metrics = reading?.LlamaCpp?.Metrics;
        var slots = reading?.LlamaCpp?.KnownSlots();
        Kind = ProviderConfigView.Of(provider).Kind;
        ServingState = snapshot?.Failure is not null ? "error" : reading is null ? null : Words.Of(reading.State);
        Version = Line(reading?.LlamaCpp?.Props?.Build);
        Models = [.. (reading?.Models ?? []).Take(MaxModels).Select(m =>
            new ServedModelView(Printable.Line(m.Id, MaxText), m.Loaded, m.Parameters, m.TrainedContext))];
        ModelCount = reading?.Models.Count;
        Queue = metrics is null ? null : new QueueView(metrics.Processing, metrics.Deferred);
        TokensPerSecond = metrics is null ? null
            : new TokenRatesView(JsonNumber.Round(metrics.PromptTokensPerSecond), JsonNumber.Round(metrics.GeneratedTokensPerSecond));
        Context = reading?.Models is [var only] ? only.TrainedContext : null;
        Slots = slots is null ? null : new SlotsView(slots.Idle, slots.Busy);
        Phases = PhasesOf(reading?.Times);
        Unit = provider.Unit is { } unit ? PartView.OfUnit(provider.Host, unit, state, now) : null;
    }

    /// <summary>Server kind, as in <c>providers[].kind</c>.</summary>
    public string Kind { get; }

    /// <summary>ok, loading or error.</summary>
    public string? ServingState { get; }

    public string? Version { get; }

    /// <summary>The first 100.</summary>
    public IReadOnlyList<ServedModelView> Models { get; }

    public int? ModelCount { get; }

    public QueueView? Queue { get; }

    public TokenRatesView? TokensPerSecond { get; }

    /// <summary>Context length in tokens that its only model was trained with.</summary>
    public long? Context { get; }

    public SlotsView? Slots { get; }

    /// <summary>Of the request that determined the state.</summary>
    public IReadOnlyList<PhaseView>? Phases { get; }

    /// <summary>Null without one.</summary>
    public PartView? Unit { get; }
}

/// <inheritdoc cref="ServedModel"/>
internal sealed record ServedModelView(string Id, bool? Loaded, long? Parameters, long? TrainedContext);

/// <summary>Requests in progress and waiting for a slot.</summary>
internal sealed record QueueView(double? Running, double? Waiting);

/// <summary>The server's own averages.</summary>
internal sealed record TokenRatesView(double? Prompt, double? Generation);

internal sealed record SlotsView(int Idle, int Busy);
