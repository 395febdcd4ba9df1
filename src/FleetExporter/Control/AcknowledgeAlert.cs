using FleetExporter.Alerting;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Outcome of acknowledging an alert, or undoing it.</summary>
internal abstract record AlertOutcome : ActionOutcome
{
    private AlertOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    public sealed record Acknowledged(AlertView Alert) : AlertOutcome(AuditOutcome.Ok);

    public sealed record TakenBack() : AlertOutcome(AuditOutcome.Ok);

    /// <summary>Nothing to undo: no silence covers only this alert.</summary>
    /// <param name="Wider">A silence covering it and others, or null.</param>
    public sealed record NotAcknowledged(SilenceView? Wider) : AlertOutcome(AuditOutcome.Failed);

    public sealed record NotFiring() : AlertOutcome(AuditOutcome.Failed);

    public sealed record Invalid(string Field, string Message) : AlertOutcome(AuditOutcome.Failed);

    /// <summary>Alertmanager failed or refused.</summary>
    public sealed record AlertmanagerFailed(TargetFailureException Failure) : AlertOutcome(AuditOutcome.Failed);
}

/// <summary>An acknowledgement request before validation.</summary>
/// <param name="Comment">Null: names the caller.</param>
/// <param name="Duration">As in fleet.yml, such as <c>30m</c>; null: 2 h.</param>
internal sealed record Acknowledgement(string? Comment = null, string? Duration = null);

/// <summary>Acknowledges an alert: creates a silence in Alertmanager that matches exactly its labels, or ends it.</summary>
internal sealed class AcknowledgeAlert(Alertmanager alertmanager, AlertSync watch, TimeProvider clock)
{
    private const int MaxComment = 500;

    private static readonly TimeSpan DefaultDuration = TimeSpan.FromHours(2);

    private static readonly TimeSpan MinDuration = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(30);

    public Task<AlertOutcome> AcknowledgeAsync(AuditedCall call, string id, Acknowledgement request, CancellationToken stop) =>
        FindAsync(call, id, request, async (state, duration) =>
        {
            var now = clock.GetUtcNow();
            var until = now + duration;
            var by = call.Origin.Caller ?? "";
            var comment = Printable.Line(request.Comment ?? "", MaxComment) is { Length: > 0 } text ? text : $"acknowledged by {by}";
            var replaced = state.Exact.MaxBy(s => s.Until)?.Id;
            var silence = await alertmanager.SilenceAsync(state.Alert, replaced, now, until, by, comment, stop).ConfigureAwait(false);
            return new AlertOutcome.Acknowledged(state.View with
            {
                Acknowledged = true,
                Silence = new SilenceView(Printable.Line(silence, 100), until, by, comment, Exact: true),
            });
        }, stop);

    public Task<AlertOutcome> TakeBackAsync(AuditedCall call, string id, Acknowledgement request, CancellationToken stop) =>
        FindAsync(call, id, request, async (state, _) =>
        {
            if (state.Exact.Count == 0)
            {
                return new AlertOutcome.NotAcknowledged(state.View.Silence);
            }

            foreach (var silence in state.Exact)
            {
                await alertmanager.ExpireAsync(silence.Id, stop).ConfigureAwait(false);
            }

            return new AlertOutcome.TakenBack();
        }, stop);

    private Task<AlertOutcome> FindAsync(
        AuditedCall call, string id, Acknowledgement request, Func<AlertState, TimeSpan, Task<AlertOutcome>> act, CancellationToken stop) =>
        call.RunAsync(new AuditDetails(Printable.Line(id, 100)), async () =>
        {
            var (duration, invalid) = Check(request);
            if (invalid is not null)
            {
                return invalid;
            }

            try
            {
                if (await alertmanager.FindAsync(id, stop).ConfigureAwait(false) is not { } state)
                {
                    return new AlertOutcome.NotFiring();
                }

                var details = new AuditDetails(Printable.Line($"{state.View.Name} {state.View.Host} {id}", 200));
                return await call.RunAsync(details, async () =>
                {
                    var outcome = await act(state, duration).ConfigureAwait(false);
                    watch.Wake();
                    return outcome;
                }).ConfigureAwait(false);
            }
            catch (TargetFailureException failure)
            {
                return new AlertOutcome.AlertmanagerFailed(failure);
            }
        });

    private static (TimeSpan Duration, AlertOutcome? Invalid) Check(Acknowledgement request)
    {
        var duration = DefaultDuration;
        return request.Comment is { Length: > MaxComment }
            ? (default, new AlertOutcome.Invalid("comment", $"The comment is longer than {MaxComment} characters."))
            : request.Duration is null
                || (Duration.TryParse(request.Duration, out duration, out _) && duration >= MinDuration && duration <= MaxDuration)
            ? (duration, null)
            : (default, new AlertOutcome.Invalid("duration", "Must be a duration from 1m to 30d, such as 30m, 2h or 7d."));
    }
}
