using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Views;

/// <summary>What is known of one target, by kind. Values without a fresh reading are null.</summary>
internal record TargetDetailView
{
    protected const int MaxText = 300;

    /// <param name="snapshot">Null while the target is not watched.</param>
    public TargetDetailView(TargetSnapshot? snapshot, Instant now)
    {
        Failures = [.. (snapshot?.Recent ?? []).Select(f => new TargetFailureView(f.At.TimeAsOf(now), f.Reason, f.Message))];
        FailureCounts = snapshot?.Failures.ToDictionary(f => Words.Of(f.Key), f => f.Value) ?? [];
    }

    /// <summary>The last 20, newest first.</summary>
    public IReadOnlyList<TargetFailureView> Failures { get; }

    /// <summary>By reason, since the exporter watches the target with these settings.</summary>
    public IReadOnlyDictionary<string, long> FailureCounts { get; }

    protected static string? Line(string? text) => text is null ? null : Printable.Line(text, MaxText);

    protected static IReadOnlyList<PhaseView>? PhasesOf(HttpTimes? times) => times is null ? null
        : [.. times.Phases.Where(p => p.Time is not null).Select(p => new PhaseView(p.Phase, JsonNumber.Round(p.Time?.TotalMilliseconds)))];
}

/// <param name="Reason">A word of <see cref="TargetFailure"/>.</param>
internal sealed record TargetFailureView(DateTimeOffset At, string Reason, string Text);

/// <param name="Phase">resolve, connect, tls, first_byte or transfer.</param>
internal sealed record PhaseView(string Phase, double? Ms);

/// <summary>One part of a target's check.</summary>
/// <param name="Ok">Null while it is unknown or not checked.</param>
internal sealed record PartView(string Name, bool? Ok, string Text)
{
    /// <summary>A unit, as its host reports it.</summary>
    public static PartView OfUnit(string host, UnitName unit, FleetState state, Instant now) =>
        state.UnitOf(host, unit, now) is { } known ? new("unit", known.IsActive, $"{unit} is {Printable.Line(known.ActiveState, 50)}")
        : new("unit", null, state.Find(host) is null
            ? $"the state of {unit} is unknown: there is no host {host}"
            : $"the state of {unit} is unknown: {host} does not report it");
}
