using System.Globalization;
using System.Text;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Control.Training;

/// <summary>Why a host did not do what was asked for a job.</summary>
/// <param name="onHost">True when the host answered and its state is against it; false when it could not be asked.</param>
/// <param name="message">One line for a person.</param>
internal sealed class JobHostException(bool onHost, string message) : Exception(message)
{
    public bool OnHost { get; } = onHost;
}

/// <summary>What a job printed last.</summary>
/// <param name="Lines">Escape sequences as they came.</param>
/// <param name="Truncated">Whether there was more.</param>
internal sealed record JobOutput(IReadOnlyList<string> Lines, bool Truncated);

/// <summary>How a job was ended.</summary>
/// <param name="Left">Processes of it that could not be ended.</param>
/// <param name="Tail">What it printed last; empty when its session was gone before.</param>
internal sealed record JobCancelled(int Left, bool SessionGone, string Tail);

/// <summary>
/// The tmux session of one job on its host: <c>job.sh</c> with what it is told.
/// The job is known by its id, which is in the environment of all it starts and on its pane (<c>@fleet_job</c>);
/// the pane stays when the command has ended and keeps the status and the output until somebody has read them.
/// </summary>
internal static class JobSession
{
    /// <summary>Lines of output that are kept when a job has ended.</summary>
    public const int KeptLines = 200;

    /// <summary>Characters of output that are kept or handed out.</summary>
    public const int MostOutput = 128 * 1024;

    /// <summary>Jobs of one look. Each answers up to 300 KiB, and all of them have to fit into <see cref="MostAnswer"/>.</summary>
    public const int MostPerLook = 16;

    private const int MostAnswer = 8 * 1024 * 1024;

    private static readonly string Program = EmbeddedScript.Read("job.sh");
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(30);

    /// <param name="name">Of the session: lower-case letters, digits and <c>-</c>.</param>
    /// <param name="folder">Where it runs; null for the home of the login user.</param>
    /// <exception cref="JobHostException">It does not run.</exception>
    public static async Task StartAsync(
        IShell shell, string id, string name, string? folder, JobCommand command, TimeProvider clock, CancellationToken stop)
    {
        var said = await RunAsync(
            shell, "start", DefaultTimeout, clock, stop, ("id", id), ("name", name), ("dir", folder ?? ""),
            ("gpus", command.Gpus ?? "-"), ("cmd", command.Text)).ConfigureAwait(false);
        switch (Marked(said.Text, said.Mark).LastOrDefault()?.Split(' ', 2))
        {
            case ["started"]:
                return;
            case ["notmux"]:
                throw new JobHostException(true, "tmux is not installed there, and a job runs in a session of it");
            case ["nodir"]:
                throw new JobHostException(true, $"the folder {Printable.Line(folder ?? "", 200)} is not there, or the login user may not enter it");
            case ["error", var why] when why.Contains("duplicate", StringComparison.Ordinal):
                throw new JobHostException(true, $"another tmux session is called {name}");
            case ["error", var why]:
                throw new JobHostException(true, $"tmux did not start it: {Printable.Line(why, 300)}");
            default:
                throw new JobHostException(false, "the host's answer is not understood");
        }
    }

    /// <summary>Looks at all these jobs at once.</summary>
    /// <param name="ids">At most <see cref="MostPerLook"/>.</param>
    /// <exception cref="JobHostException">The host could not be asked.</exception>
    public static async Task<JobPoll> LookAsync(IShell shell, IEnumerable<string> ids, TimeProvider clock, CancellationToken stop)
    {
        var said = await RunAsync(
            shell, "look", DefaultTimeout, clock, stop, ("ids", string.Join(' ', ids)),
            ("lines", KeptLines.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return JobPoll.Parse(said.Text, said.Mark) ?? throw new JobHostException(false, "the host's answer is not understood");
    }

    /// <returns>Null when the session is not there.</returns>
    /// <exception cref="JobHostException">The host could not be asked.</exception>
    public static async Task<JobOutput?> OutputAsync(IShell shell, string id, int lines, TimeProvider clock, CancellationToken stop)
    {
        var said = await RunAsync(
            shell, "output", DefaultTimeout, clock, stop, ("id", id), ("lines", (lines + 1).ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return Marked(said.Text, said.Mark).FirstOrDefault() == "none" ? null : Last(Body(said.Text, said.Mark, $"tail {id}"), lines);
    }

    /// <summary>Takes away what is left of a session whose command has ended.</summary>
    /// <returns>Whether nothing is left of it.</returns>
    /// <exception cref="JobHostException">The host could not be asked.</exception>
    public static async Task<bool> ReleaseAsync(IShell shell, string id, TimeProvider clock, CancellationToken stop)
    {
        var said = await RunAsync(shell, "release", DefaultTimeout, clock, stop, ("id", id)).ConfigureAwait(false);
        return Marked(said.Text, said.Mark).LastOrDefault() == "released -";
    }

    /// <summary>Ends the job with all that it has started (TERM, 5 s later KILL), then its session, and looks.</summary>
    /// <exception cref="JobHostException">The host could not be asked, or did not come to an end.</exception>
    public static async Task<JobCancelled> CancelAsync(IShell shell, string id, TimeProvider clock, CancellationToken stop)
    {
        var said = await RunAsync(
            shell, "cancel", Ending, clock, stop, ("id", id), ("lines", KeptLines.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return Marked(said.Text, said.Mark)
            .FirstOrDefault(l => l.StartsWith("left ", StringComparison.Ordinal))?.Split(' ') is [_, var left, var pane]
            && int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new JobCancelled(count, pane == "-", Body(said.Text, said.Mark, $"tail {id}"))
            : throw new JobHostException(false, "the host's answer is not understood");
    }

    /// <summary>The last lines of an output, without the empty ones at its end.</summary>
    public static JobOutput Last(string text, int lines)
    {
        var trimmed = text.TrimEnd('\n', ' ');
        if (trimmed.Length == 0)
        {
            return new JobOutput([], false);
        }

        var cut = trimmed.Length > MostOutput ? trimmed[^MostOutput..] : trimmed;
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
        using var said = new MemoryStream();
        CommandResult result;
        try
        {
            result = await RemoteCommand.RunAsync(
                shell, new CommandRequest(script, limit),
                (from, piece) =>
                {
                    if (from == CommandOutput.Stdout && said.Length < MostAnswer)
                    {
                        said.Write(piece.Span);
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
            ? (Encoding.UTF8.GetString(said.GetBuffer(), 0, (int)said.Length), mark)
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
