using System.Globalization;
using System.Text.Json.Nodes;

namespace FleetExporter.Parsing;

/// <summary>State of the tmux pane of a job.</summary>
/// <param name="Dead">Whether its command has ended.</param>
/// <param name="ExitCode">0 to 255 as in sh, above 128 for a signal; null while it runs or where tmux has no status.</param>
/// <param name="Metrics">Numbers by name from the last JSON line.</param>
/// <param name="Tail">Last output of a dead pane.</param>
internal sealed record JobPane(string Job, bool Dead, int? ExitCode, JsonObject Metrics, string Tail);

/// <summary>Result of one poll of the jobs of a host.</summary>
/// <param name="Uptime">Uptime of the host.</param>
/// <param name="Failure">
/// Why tmux failed, in one line; the state of all jobs is unknown then. Null on success, which includes no server and no session.
/// </param>
internal sealed record JobPoll(TimeSpan Uptime, string? Failure, IReadOnlyList<JobPane> Panes)
{
    /// <summary>Parses the output of <c>look</c> of job.sh: lines that begin with <c>@mark</c>, with output of jobs between them.</summary>
    /// <returns>Null when it is incomplete or malformed.</returns>
    /// <remarks>Seen: tmux 3.3a, which loses the status of about one pane in a hundred.</remarks>
    public static JobPoll? Parse(string text, string mark)
    {
        var panes = new List<JobPane>();
        List<string> body = [];
        double? uptime = null;
        string? failure = null;
        var answered = false;
        foreach (var line in text.Split('\n').Append($"@{mark} "))
        {
            if (!line.StartsWith($"@{mark} ", StringComparison.Ordinal))
            {
                body.Add(line);
                continue;
            }

            Close();
            switch (line[(mark.Length + 2)..].Split(' '))
            {
                case ["up", var seconds] when SectionText.TryReal(seconds, out var up) && up < TimeSpan.MaxValue.TotalSeconds:
                    uptime = up;
                    break;
                case ["tmux", var status, .. var words]:
                    answered = true;
                    var message = string.Join(' ', words).Trim();
                    failure = status == "0" || TmuxError.IsNoSession(message)
                        ? null
                        : Printable.Line(message.Length > 0 ? message : $"tmux exited with status {status}", 300);
                    break;
                case ["pane", var job, var dead, var status, var exit, var signal]:
                    panes.Add(new JobPane(
                        job, dead == "1", dead == "1" ? Code(status) ?? Code(exit) ?? (Code(signal) is { } s ? 128 + s : null) : null, [], ""));
                    break;
                case ["tail", _] when panes.Count > 0:
                    panes[^1] = panes[^1] with { Tail = "\n" };
                    break;
                case ["end"]:
                    return uptime is { } u && answered ? new JobPoll(TimeSpan.FromSeconds(u), failure, panes) : null;
                default:
                    return null;
            }
        }

        return null;

        void Close()
        {
            if (panes.Count > 0 && body.Count > 0)
            {
                panes[^1] = panes[^1].Tail.Length > 0
                    ? panes[^1] with { Tail = string.Join('\n', body) }
                    : panes[^1] with { Metrics = TrainingMetrics.Last(body) };
            }

            body = [];
        }
    }

    private static int? Code(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255 ? code : null;
}
