using FleetExporter.Control.Commands;
using FleetExporter.Remote;

namespace FleetExporter.Api.Actions;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Null unless exited.</param>
/// <param name="Signal">Number of the terminating signal, derived from the exit code; null for none.</param>
/// <param name="Left">Number of its processes that could not be killed; null if unknown.</param>
internal sealed record ExecEnd(string ExecId, int? ExitCode, int? Signal, double DurationMs, bool TimedOut, bool Cancelled, int? Left)
{
    public static ExecEnd Of(RunCommandOutcome.Ended ended)
    {
        var result = ended.Result;
        return new ExecEnd(
            ended.Entry.Id, result.ExitCode, result.Signal, result.Duration.TotalMilliseconds, result.End == CommandEnd.TimedOut,
            result.End == CommandEnd.Cancelled, result.Left);
    }
}

/// <param name="StdoutEncoding"><c>utf-8</c>, or <c>base64</c> if not valid UTF-8.</param>
/// <param name="Truncated">Whether output was discarded.</param>
internal sealed record ExecView(
    string ExecId, int? ExitCode, int? Signal, string Stdout, string StdoutEncoding, string Stderr, string StderrEncoding, double DurationMs,
    bool Truncated, bool TimedOut, bool Cancelled, int? Left)
{
    public static ExecView Of(ExecEnd end, ExecBuffer output)
    {
        var (stdout, stderr) = (output.Stdout, output.Stderr);
        return new ExecView(
            end.ExecId, end.ExitCode, end.Signal, stdout.Data, stdout.Encoding, stderr.Data, stderr.Encoding, end.DurationMs, output.Truncated,
            end.TimedOut, end.Cancelled, end.Left);
    }
}

/// <summary>An entry of the command list.</summary>
/// <param name="TimeoutSeconds">Its time limit.</param>
/// <param name="WorkingDirectory">Null: the SSH user's home.</param>
/// <param name="State"><c>running</c>, or how it ended.</param>
internal sealed record ExecEntryView(
    string ExecId, string Host, string Caller, string Command, double TimeoutSeconds, string? WorkingDirectory, DateTimeOffset Started, string State,
    int? ExitCode, double? DurationMs)
{
    public static ExecEntryView Of(CommandEntry entry) => new(
        entry.Id, entry.Host, entry.Caller, entry.Request.Command, entry.Request.Limit.TotalSeconds, entry.Request.WorkingDirectory, entry.Started,
        entry.Result is { } result ? Words.Of(result.End) : "running", entry.Result?.ExitCode, entry.Result?.Duration.TotalMilliseconds);
}
