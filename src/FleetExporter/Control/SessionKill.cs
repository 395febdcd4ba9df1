using System.Globalization;
using System.Text;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Control;

/// <summary>How a kill ended.</summary>
public enum KillOutcome
{
    /// <summary>The session existed and was killed.</summary>
    Killed,

    /// <summary>It still exists.</summary>
    Survived,

    /// <summary>Already gone, or its id was reused.</summary>
    Gone,

    /// <summary>A client is attached and force was not set.</summary>
    Attached,

    /// <summary>Its panes differ from the expected.</summary>
    Changed,

    /// <summary>tmux or the host did not respond.</summary>
    Failed,
}

/// <param name="Detail">One-line description, or null.</param>
internal sealed record KillResult(KillOutcome Outcome, string? Detail = null);

/// <summary>Kills one tmux session by id if, inside tmux, its creation time and panes match, then verifies the result.</summary>
internal static class SessionKill
{
    /// <summary>tmux format: ids of all panes of a session, a space after each.</summary>
    private const string AllPanes = "#{W:#{P:#{pane_id} }}";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static async Task<KillResult> RunAsync(IShell shell, SessionTarget session, bool force, TimeProvider clock, CancellationToken cancel)
    {
        var printed = new StringBuilder();
        CommandResult result;
        try
        {
            result = await RemoteCommand.RunAsync(
                shell, new CommandRequest(Script(session, force), Limit),
                (_, piece) =>
                {
                    if (printed.Length < 4096)
                    {
                        printed.Append(Encoding.UTF8.GetString(piece.Span));
                    }

                    return ValueTask.CompletedTask;
                },
                clock, cancel).ConfigureAwait(false);
        }
        catch (StreamException e)
        {
            return new KillResult(KillOutcome.Failed, e.Message);
        }

        return result.End == CommandEnd.Exited
            ? Read(printed.ToString(), session, force)
            : new KillResult(KillOutcome.Failed, result.Detail ?? $"tmux did not answer within {Limit.TotalSeconds:0} s");
    }

    /// <summary>
    /// Prints four lines: the session before, the output of the kill, the session afterwards, and whether its panes match. The script takes only id
    /// digits from a host. Panes are compared as a set; the guard then uses tmux' own order, which differs between versions.
    /// </summary>
    /// <exception cref="ArgumentException">Invalid id: tmux could resolve it to another session.</exception>
    internal static string Script(SessionTarget session, bool force)
    {
        if (!TmuxId.IsSession(session.SessionId))
        {
            throw new ArgumentException($"'{Printable.Line(session.SessionId, 20)}' is not a session id", nameof(session));
        }

        if (session.Panes.FirstOrDefault(p => !TmuxId.IsPane(p)) is { } other)
        {
            throw new ArgumentException($"'{Printable.Line(other, 20)}' is not a pane id", nameof(session));
        }

        var tmux = session.IsLoginUser ? "tmux -u" : $"sudo -n -u {SamplerScript.Quote(session.User)} tmux -u";
        var created = session.Created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var panes = string.Join(' ', session.Panes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        var same = $"#{{&&:#{{==:#{{session_created}},{created}}},#{{==:{AllPanes},$p}}}}";
        var guard = force ? same : $"#{{&&:{same},#{{==:#{{session_attached}},0}}}}";
        return $$"""
            unset TMUX; LC_ALL=C; export LC_ALL; set -f
            ask() { {{tmux}} display-message -p -t '{{session.SessionId}}' '#{session_id}:#{session_created}:#{session_attached}' 2>&1 | head -n 1; }
            look() {
              l=$(ask)
              # A server ends with its last session; whoever asks in that moment is told so, and the next one that there is none.
              case $l in *exited*|*lost*) sleep 1; l=$(ask) ;; esac
              printf '%s %s\n' "$1" "$l"
            }
            panes() { {{tmux}} display-message -p -t '{{session.SessionId}}' '{{AllPanes}}' 2>/dev/null | head -n 1; }
            look before
            p=$(panes)
            case $(printf '%s\n' $p | sort -u | tr '\n' ' ') in
              '{{panes}} ')
                printf 'kill '
                {{tmux}} if-shell -F -t '{{session.SessionId}}' "{{guard}}" "kill-session -t '\{{session.SessionId}}'" 2>&1 | head -n 1
                echo ;;
              *) p= ;;
            esac
            look after
            [ "$p" ] && [ "$(panes)" = "$p" ] && echo 'panes same' || echo 'panes other'
            """;
    }

    internal static KillResult Read(string output, SessionTarget session, bool force)
    {
        var lines = output.Split('\n').Where(l => l.Length > 0).ToList();
        string? Of(string word) => lines.FirstOrDefault(l => l.StartsWith(word + " ", StringComparison.Ordinal))?[(word.Length + 1)..].Trim();
        var (before, after) = (Of("before"), Of("after"));
        var expected = $"{session.SessionId}:{session.Created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}:";
        var existed = before?.StartsWith(expected, StringComparison.Ordinal) == true;
        if (!existed)
        {
            return before is null || !(IsAbsence(before) || before.StartsWith('$'))
                ? new KillResult(KillOutcome.Failed, Printable.Line(before is null or "" ? output : before, 200))
                : new KillResult(KillOutcome.Gone, "the session no longer exists; nothing was killed");
        }

        if (after is null || !(IsAbsence(after) || after.StartsWith('$')))
        {
            return new KillResult(
                KillOutcome.Failed, $"cannot verify whether the session was killed: {Printable.Line(after is null or "" ? output : after, 200)}");
        }

        if (!after.StartsWith(expected, StringComparison.Ordinal))
        {
            return new KillResult(KillOutcome.Killed);
        }

        return !force && !after.EndsWith(":0", StringComparison.Ordinal)
            ? new KillResult(KillOutcome.Attached, "a client has attached to the session; it was not killed")
            : Of("panes") != "same"
            ? new KillResult(
                KillOutcome.Changed, "its windows or panes have changed; it was not killed. Check the session and request a new token")
            : new KillResult(KillOutcome.Survived, Of("kill") is { Length: > 0 } error ? Printable.Line(error, 200) : "tmux still has the session");
    }

    /// <summary>Whether tmux reports no such session or no server.</summary>
    private static bool IsAbsence(string text) =>
        text.Length == 0
        || text is "::"
        || text.Contains("can't find", StringComparison.Ordinal)
        || text.Contains("no server running", StringComparison.Ordinal)
        || text.Contains("no current", StringComparison.Ordinal)
        || (text.Contains("error connecting to", StringComparison.Ordinal) && text.Contains("No such file", StringComparison.Ordinal));
}
