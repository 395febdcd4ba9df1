using FleetExporter.Polling;
using FleetExporter.Store;
using FleetExporter.Views;

namespace FleetExporter.Control;

/// <summary>How a request to kill a tmux session ended.</summary>
internal abstract record KillSessionOutcome : ActionOutcome
{
    private KillSessionOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <summary>The kill was attempted.</summary>
    public sealed record Done(KillResult Result)
        : KillSessionOutcome(Result.Outcome == KillOutcome.Killed ? AuditOutcome.Ok : AuditOutcome.Failed);

    /// <summary>The caller must confirm with this token.</summary>
    public sealed record ConfirmationRequired(string Token, DateTimeOffset ExpiresAt, SessionView Session) : KillSessionOutcome(AuditOutcome.Asked);

    public sealed record UnknownSession() : KillSessionOutcome(AuditOutcome.Failed);

    /// <summary>The session is in use and <c>force</c> was not set.</summary>
    /// <param name="State">Its actual state.</param>
    public sealed record InUse(string State) : KillSessionOutcome(AuditOutcome.Failed);

    /// <summary>The token is unknown, expired, or for another session, caller or choice of <c>force</c>.</summary>
    public sealed record WrongToken() : KillSessionOutcome(AuditOutcome.Denied);

    /// <summary>The caller gave too many wrong tokens.</summary>
    /// <param name="RetryAfter">How long its tokens are rejected.</param>
    public sealed record TooManyWrongTokens(TimeSpan RetryAfter) : KillSessionOutcome(AuditOutcome.Denied)
    {
        public override bool IsRateLimited => true;
    }
}

/// <summary>Kills a tmux session. The first call returns a token bound to the session's current state; the second, with it, kills it.</summary>
internal sealed class KillSession(HostViews views, Fleet fleet, ConfirmationTokens tokens, WrongTokens wrong, TimeProvider clock)
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(5);

    /// <param name="id">Id of the session as the API shows it.</param>
    /// <param name="token">Null in the first call.</param>
    /// <param name="force">Kill it even if attached, busy or not legacy.</param>
    /// <exception cref="NotAuditedException">The first audit row was not stored; nothing ran.</exception>
    public Task<KillSessionOutcome> KillAsync(AuditedCall call, string id, string? token, bool force)
    {
        var details = new AuditDetails(Printable.Line(id, 200));
        return call.RunAsync(details, () => KillAsync(call, details, id, token, force));
    }

    private async Task<KillSessionOutcome> KillAsync(AuditedCall call, AuditDetails details, string id, string? token, bool force)
    {
        if (views.Sessions().FirstOrDefault(s => s.Id == id) is not { } session || fleet.AccessTo(session.Host) is not { } access)
        {
            return new KillSessionOutcome.UnknownSession();
        }

        if (!force && StateInUse(session) is { } state)
        {
            return new KillSessionOutcome.InUse(state);
        }

        var caller = call.Origin.Caller ?? "";
        var isLoginUser = session.User == access.Snapshot.System?.User;
        var target = new SessionTarget(session.Host, session.User, isLoginUser, session.SessionId, session.Created, [.. session.Panes]);
        if (token is null)
        {
            var (issued, expires) = tokens.New(caller, target, force);
            return new KillSessionOutcome.ConfirmationRequired(issued, expires, session);
        }

        if (wrong.Wait(caller) is var wait && wait > TimeSpan.Zero)
        {
            return new KillSessionOutcome.TooManyWrongTokens(wait);
        }

        if (tokens.Take(token, caller, target.Host, target.User, target.SessionId, force) is not { } confirmed)
        {
            wrong.Count(caller);
            return new KillSessionOutcome.WrongToken();
        }

        await call.BeginAsync(details).ConfigureAwait(false);

        // Not cancelled if the caller disconnects, as the result would be unknown. It has its own time limit.
        var result = await SessionKill.RunAsync(access.Shell, confirmed, force, clock, CancellationToken.None).ConfigureAwait(false);
        await PollAsync(confirmed.Host).ConfigureAwait(false);
        return new KillSessionOutcome.Done(result);
    }

    /// <summary>Why killing it needs <c>force</c>; null for a legacy session measured as idle.</summary>
    private static string? StateInUse(SessionView session) =>
        session.Attached ? "attached"
        : session.Busy is null ? "possibly busy: its CPU or GPU use has not been read yet"
        : session.Busy == true ? "busy: it prints output, uses CPU or holds GPU memory"
        : session.Status != "legacy" ? "active"
        : null;

    /// <summary>Refreshes the session list.</summary>
    private async Task PollAsync(string host)
    {
        using var limit = new CancellationTokenSource(PollTimeout, clock);
        try
        {
            await fleet.PollNowAsync(host, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next poll refreshes the list.
        }
    }
}
