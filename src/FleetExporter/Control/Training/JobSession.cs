using System.Globalization;
using System.Text;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Control.Training;

/// <summary>A job operation failed on its host.</summary>
/// <param name="onHost">True if the host's state does not allow it; false if the host did not respond.</param>
/// <param name="message">One-line description.</param>
internal sealed class JobHostException(bool onHost, string message) : Exception(message)
{
    public bool OnHost { get; } = onHost;
}

/// <summary>Last output of a job.</summary>
/// <param name="Lines">Escape sequences unchanged.</param>
/// <param name="Truncated">True if shortened.</param>
internal sealed record JobOutput(IReadOnlyList<string> Lines, bool Truncated);

/// <summary>Result of a cancel.</summary>
/// <param name="Left">Number of surviving processes.</param>
/// <param name="Tail">Last output; empty if its session was already gone.</param>
internal sealed record JobCancelled(int Left, bool SessionGone, string Tail);

/// <summary>
/// The tmux session of one job on its host, managed by <c>job.sh</c>.
/// The job id identifies it: in the environment of all its processes and on its pane (<c>@fleet_job</c>);
/// the pane outlives the command and keeps its exit status and output until the exporter stores them.
/// </summary>
internal static class JobSession
{
    /// <summary>Output lines stored for a finished job.</summary>
    public const int KeptLines = 200;

    /// <summary>Output characters stored or returned.</summary>
    public const int MaxOutput = 128 * 1024;

    /// <summary>Jobs per poll. Each returns up to 300 KiB, and all must fit into <see cref="MaxAnswer"/>.</summary>
    public const int MaxPerLook = 16;

    private const int MaxAnswer = 8 * 1024 * 1024;

    private static readonly string Program = EmbeddedScript.Read("job.sh");
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(30);

    /// <param name="name">Session name: lower-case letters, digits, <c>-</c>.</param>
    /// <param name="folder">Working directory; null: the login user's home.</param>
    /// <exception cref="JobHostException">Start failed.</exception>
    public static async Task StartAsync(
        IShell shell, string id, string name, string? folder, JobCommand command, TimeProvider clock, CancellationToken stop)
    {
        var reply = await RunAsync(
            shell, "start", DefaultTimeout, clock, stop, ("id", id), ("name", name), ("dir", folder ?? ""),
            ("gpus", command.Gpus ?? "-"), ("cmd", command.Text)).ConfigureAwait(false);
        switch (Marked(reply.Text, reply.Mark).LastOrDefault()?.Split(' ', 2))
        {
            case ["started"]:
                return;
            case ["notmux"]:
                throw new JobHostException(true, "tmux is not installed on the host; a job runs in a tmux session");
            case ["nodir"]:
                throw new JobHostException(true, $"the folder {Printable.Line(folder ?? "", 200)} does not exist, or the login user cannot enter it");
            case ["error", var why] when why.Contains("duplicate", StringComparison.Ordinal):
                throw new JobHostException(true, $"a tmux session named {name} already exists");
            case ["error", var why]:
                throw new JobHostException(true, $"tmux did not start the job: {Printable.Line(why, 300)}");
            default:
                throw new JobHostException(false, "unexpected answer from the host");
        }
    }

    /// <summary>Polls all these jobs at once.</summary>
    /// <param name="ids">At most <see cref="MaxPerLook"/>.</param>
    /// <exception cref="JobHostException">The host did not respond.</exception>
    public static async Task<JobPoll> LookAsync(IShell shell, IEnumerable<string> ids, TimeProvider clock, CancellationToken stop)
    {
        var reply = await RunAsync(
            shell, "look", DefaultTimeout, clock, stop, ("ids", string.Join(' ', ids)),
            ("lines", KeptLines.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return JobPoll.Parse(reply.Text, reply.Mark) ?? throw new JobHostException(false, "unexpected answer from the host");
    }

    /// <returns>Null if the session is missing.</returns>
    /// <exception cref="JobHostException">The host did not respond.</exception>
    public static async Task<JobOutput?> OutputAsync(IShell shell, string id, int lines, TimeProvider clock, CancellationToken stop)
    {
        var reply = await RunAsync(
            shell, "output", DefaultTimeout, clock, stop,
            ("id", id), ("lines", (lines + 1).ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return Marked(reply.Text, reply.Mark).FirstOrDefault() == "none" ? null : Last(Body(reply.Text, reply.Mark, $"tail {id}"), lines);
    }

    /// <summary>Removes the session of a finished command.</summary>
    /// <returns>True if none remains.</returns>
    /// <exception cref="JobHostException">The host did not respond.</exception>
    public static async Task<bool> ReleaseAsync(IShell shell, string id, TimeProvider clock, CancellationToken stop)
    {
        var reply = await RunAsync(shell, "release", DefaultTimeout, clock, stop, ("id", id)).ConfigureAwait(false);
        return Marked(reply.Text, reply.Mark).LastOrDefault() == "released -";
    }

    /// <summary>Ends the job and all processes it started (TERM, 5 s later KILL), then its session; verifies.</summary>
    /// <exception cref="JobHostException">The host did not respond or did not finish.</exception>
    public static async Task<JobCancelled> CancelAsync(IShell shell, string id, TimeProvider clock, CancellationToken stop)
    {
        var reply = await RunAsync(
            shell, "cancel", Ending, clock, stop, ("id", id), ("lines", KeptLines.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return Marked(reply.Text, reply.Mark)
            .FirstOrDefault(l => l.StartsWith("left ", StringComparison.Ordinal))?.Split(' ') is [_, var left, var pane]
            && int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new JobCancelled(count, pane == "-", Body(reply.Text, reply.Mark, $"tail {id}"))
            : throw new JobHostException(false, "unexpected answer from the host");
    }

    /// <summary>The last lines of an output, without trailing empty lines.</summary>
    public static JobOutput Last(string text, int lines)
    {
        var trimmed = text.TrimEnd('\n', ' ');
        if (trimmed.Length == 0)
        {
            return new JobOutput([], false);
        }

        var cut = trimmed.Length > MaxOutput ? trimmed[^MaxOutput..] : trimmed;
        if (char.IsLowSurrogate(cut[0]))
        {
            cut = cut[1..];
        }

        var all = cut.Split('\n');
        return new JobOutput(all.Length > lines ? all[^lines..] : all, cut.Length < trimmed.Length || all.Length > lines);
    }

    private static async Task<(string Text, string Mark)> RunAsync(
        IShell shell, string what, TimeSpan limit, TimeProvider clock, CancellationToken stop, params (string Name, string Value)[] words)
    {
        var mark = SamplerScript.NewNonce();
        var script = string.Concat(words.Prepend(("mark", mark)).Select(w => $"{w.Item1}={SamplerScript.Quote(w.Item2)}\n")) + Program + what + "\n";
        using var reply = new MemoryStream();
        CommandResult result;
        try
        {
            result = await RemoteCommand.RunAsync(
                shell, new CommandRequest(script, limit),
                (from, piece) =>
                {
                    if (from == CommandOutput.Stdout && reply.Length < MaxAnswer)
                    {
                        reply.Write(piece.Span);
                    }

                    return ValueTask.CompletedTask;
                },
                clock, stop).ConfigureAwait(false);
        }
        catch (StreamException e)
        {
            throw new JobHostException(false, e.Message);
        }

        stop.ThrowIfCancellationRequested();
        return result.End == CommandEnd.Exited
            ? (Encoding.UTF8.GetString(reply.GetBuffer(), 0, (int)reply.Length), mark)
            : throw new JobHostException(false, result.Detail ?? $"no answer within {limit.TotalSeconds:0} s");
    }

    private static IEnumerable<string> Marked(string text, string mark) =>
        text.Split('\n').Where(l => l.StartsWith($"@{mark} ", StringComparison.Ordinal)).Select(l => l[(mark.Length + 2)..]).Where(l => l != "end");

    private static string Body(string text, string mark, string after)
    {
        var start = text.IndexOf($"@{mark} {after}\n", StringComparison.Ordinal);
        if (start < 0)
        {
            return "";
        }

        start += mark.Length + after.Length + 3;
        var end = text.IndexOf($"\n@{mark} ", start, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }
}
