using System.Globalization;
using System.Text.Json.Nodes;

namespace FleetExporter.Parsing;

/// <summary>How the pane of a job is.</summary>
/// <param name="Dead">Its command has ended.</param>
/// <param name="ExitCode">0 to 255 as sh tells it, above 128 for a signal; null while it runs, and where tmux does not know.</param>
/// <param name="Metrics">Numbers by name, of the last JSON line; empty for none.</param>
/// <param name="Tail">What a dead one printed last.</param>
internal sealed record JobPane(string Job, bool Dead, int? ExitCode, JsonObject Metrics, string Tail);

/// <summary>The answer to one look at the jobs of a host.</summary>
/// <param name="Uptime">Of the host.</param>
/// <param name="Failure">
/// Why tmux could not be asked, in one line; then nothing is known of any job. Null when it was: no server and no session is an answer.
/// </param>
internal sealed record JobLook(TimeSpan Uptime, string? Failure, IReadOnlyList<JobPane> Panes)
{
    /// <summary>Parses what <c>look</c> of job.sh prints: lines that begin with <c>@mark</c>, and what was printed between them.</summary>
    /// <returns>Null when it does not come to its end, or is of another form.</returns>
    /// <remarks>Seen: tmux 3.3a, which forgets the status of about one pane in a hundred.</remarks>
    public static JobLook? Parse(string text, string mark)
    {
        var panes = new List<JobPane>();
        List<string> body = [];
        double? uptime = null;
        string? failure = null;
        var heard = false;
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
                    heard = true;
                    var said = string.Join(' ', words).Trim();
                    failure = status == "0" || TmuxError.MeansNoSession(said)
                        ? null
                        : Printable.Line(said.Length > 0 ? said : $"tmux ended with {status}", 300);
                    break;
                case ["pane", var job, var dead, var kept, var exit, var signal]:
                    panes.Add(new JobPane(
                        job, dead == "1", dead == "1" ? Code(kept) ?? Code(exit) ?? (Code(signal) is { } s ? 128 + s : null) : null, [], ""));
                    break;
                case ["tail", _] when panes.Count > 0:
                    panes[^1] = panes[^1] with { Tail = "\n" };
                    break;
                case ["end"]:
                    return uptime is { } u && heard ? new JobLook(TimeSpan.FromSeconds(u), failure, panes) : null;
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
