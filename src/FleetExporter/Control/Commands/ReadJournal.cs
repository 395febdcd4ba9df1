using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Remote;
using FleetExporter.Store;

namespace FleetExporter.Control.Commands;

/// <summary>How a request for the journal of a unit ended.</summary>
internal abstract record JournalOutcome : ActionOutcome
{
    private JournalOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <param name="Lines">Oldest first, with what looks like a secret masked.</param>
    /// <param name="Note">Why lines may be missing; null where nothing says so.</param>
    public sealed record Read(UnitName Unit, IReadOnlyList<string> Lines, string? Note) : JournalOutcome(AuditOutcome.Ok);

    public sealed record UnknownHost() : JournalOutcome(AuditOutcome.Failed);

    /// <summary>The host has no such unit in the configuration.</summary>
    public sealed record UnknownUnit() : JournalOutcome(AuditOutcome.Failed);

    /// <summary>Somebody reads a journal of this host already.</summary>
    public sealed record Busy() : JournalOutcome(AuditOutcome.Failed);

    /// <param name="Reason">One line.</param>
    public sealed record NotConnected(string Reason) : JournalOutcome(AuditOutcome.Failed);

    /// <param name="Reason">One line: what the host said, and what to do.</param>
    public sealed record HostFailed(string Reason) : JournalOutcome(AuditOutcome.Failed);
}

/// <summary>Reads the last lines of the journal of a watched unit, as the login user, with one fixed command that changes nothing.</summary>
internal sealed class ReadJournal(Fleet fleet, TimeProvider clock)
{
    public const int MaxLines = 50;

    private const int MaxLineLength = 1000;
    private const int MaxOutput = 256 * 1024;
    private const string NoRights =
        "The login user may not read the messages of others: add it to the group systemd-journal or adm of the host.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, bool> _reading = new(StringComparer.Ordinal);

    /// <param name="unit">As <c>fleet.yml</c> names it: with <c>user:</c> for a unit of the login user.</param>
    /// <exception cref="NotAuditedException">The first audit row was not stored; nothing ran.</exception>
    public Task<JournalOutcome> ReadAsync(AuditedCall call, string host, string unit, CancellationToken stop)
    {
        var details = new AuditDetails(Printable.Line($"{host} {unit}", 200));
        return call.RunAsync(details, () => ReadAsync(call, details, host, unit, stop));
    }

    private async Task<JournalOutcome> ReadAsync(AuditedCall call, AuditDetails details, string host, string unit, CancellationToken stop)
    {
        if (fleet.AccessTo(host) is not { } access)
        {
            return new JournalOutcome.UnknownHost();
        }

        if (access.Host.Units.FirstOrDefault(u => u.ToString() == unit) is not { } known)
        {
            return new JournalOutcome.UnknownUnit();
        }

        if (CommandRules.CheckConnected(access, clock) is { } refusal)
        {
            return new JournalOutcome.NotConnected(refusal.Message);
        }

        if (!_reading.TryAdd(host, true))
        {
            return new JournalOutcome.Busy();
        }

        try
        {
            await call.BeginAsync(details).ConfigureAwait(false);
            return await RunAsync(access.Shell, known, stop).ConfigureAwait(false);
        }
        catch (StreamException e)
        {
            return new JournalOutcome.HostFailed($"{Words.Of(e.Reason)}: {Printable.Line(e.Message, 300)}");
        }
        finally
        {
            _reading.TryRemove(host, out _);
        }
    }

    private async Task<JournalOutcome> RunAsync(IShell shell, UnitName unit, CancellationToken stop)
    {
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var result = await RemoteCommand.RunAsync(
            shell, new CommandRequest(Command(unit), Limit),
            (from, piece) =>
            {
                var to = from == CommandOutput.Stdout ? output : errors;
                to.Write(piece.Span[..(int)Math.Min(piece.Length, Math.Max(0, MaxOutput - to.Length))]);
                return ValueTask.CompletedTask;
            },
            clock, stop).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        var said = Text(errors);
        return result switch
        {
            { End: CommandEnd.Exited, ExitCode: 0 } => new JournalOutcome.Read(
                unit, Lines(Text(output)), said.Contains("not seeing messages", StringComparison.Ordinal) ? NoRights : null),
            { End: CommandEnd.Exited } when said.Contains("insufficient permissions", StringComparison.Ordinal) =>
                new JournalOutcome.HostFailed(NoRights),
            { End: CommandEnd.Exited, ExitCode: 127 } => new JournalOutcome.HostFailed("The host has no journalctl, so it keeps no journal."),
            { End: CommandEnd.Exited } => new JournalOutcome.HostFailed(
                Printable.Line(said.Split('\n').LastOrDefault(l => l.Length > 0) ?? $"journalctl ended with status {result.ExitCode}.", 300)),
            { End: CommandEnd.TimedOut } => new JournalOutcome.HostFailed($"journalctl did not answer within {Limit.TotalSeconds:0} s."),
            _ => new JournalOutcome.HostFailed(result.Detail ?? "the connection ended before the journal was read"),
        };
    }

    private static string Command(UnitName unit)
    {
        var name = SamplerScript.Quote(unit.Name);
        var lines = MaxLines.ToString(CultureInfo.InvariantCulture);
        return unit.IsUser
            ? $"exec journalctl --user-unit={name} -n {lines} -o short-iso --no-pager"
            : $"exec journalctl --unit={name} -n {lines} -o short-iso --no-pager";
    }

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);

    /// <summary>Without the lines that journalctl adds, such as <c>-- No entries --</c>.</summary>
    private static IReadOnlyList<string> Lines(string text) =>
    [
        .. text.Split('\n').Where(l => l.Length > 0 && !l.StartsWith("-- ", StringComparison.Ordinal)).TakeLast(MaxLines)
            .Select(l => Printable.Line(LogText.Mask(l.Length > MaxLineLength ? l[..MaxLineLength] : l), MaxLineLength)),
    ];
}
