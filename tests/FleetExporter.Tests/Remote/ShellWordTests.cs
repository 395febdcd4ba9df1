using System.Diagnostics;
using System.Text;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using FleetExporter.Views;

namespace FleetExporter.Tests.Remote;

/// <summary>Runs quoted words in the shells of users.</summary>
public sealed class ShellWordTests
{
    private const int Words = 10_000;

    /// <summary>Characters and words with a special meaning in one of the shells.</summary>
    private static readonly string[] Bits =
    [
        "$(touch x)", "`touch x`", "${IFS}", "$x", "'", "\"", "\\", "\\\\", "\\'", "'\\''",
        ";", "&", "|", "<", ">", "(", ")", "{a,b}", "[a-z]", "*", "?", "~", "!",
        "!!", "#", "^", "%", "=", " ", "\t", "\n", "\r", "\u001b[31m", "\u202e", "ü", "🚀", "-", "--", "-rf", "$'\\n'", "a", "host", "0", ":", "@",
    ];

    public static TheoryData<string> Shells { get; } = ["bash", "dash", "fish", "zsh"];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Every_text_arrives_as_one_word(string shell)
    {
        var texts = Texts(1).ToList();

        var seen = await ReadAsync(shell, "show", [.. texts.Select(t => $"show {ShellWord.Of(t)}")]);

        Assert.Equal(texts.Select(t => $"1\u0001{t}"), seen);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Attach_commands_are_one_ssh_with_one_remote_command(string shell)
    {
        // Arbitrary names of hosts, login users and other users.
        var random = new Random(2);
        var sessions = Texts(2).Zip(Texts(3), Texts(4))
            .Select(t => Session(t.First, t.Second, random.Next(2) == 0 ? null : t.Third, random.Next(1000))).ToList();

        var seen = await ReadAsync(shell, "ssh", [.. sessions.Select(s => s.Command)]);

        Assert.Equal(sessions.Select(s => $"4\u0001-t\u0001--\u0001{s.Login}\u0001{s.Remote}"), seen);

        // On the host the login shell parses the last word, and sudo the words after it.
        var remote = await ReadAsync(shell, "tmux sudo", [.. sessions.Select(s => s.Remote)]);
        Assert.Equal(sessions.Select(s => s.Words), remote);
    }

    private static (string Command, string Login, string Remote, string Words) Session(string address, string user, string? other, int id)
    {
        var host = new HostConfig
        {
            Name = "a",
            Address = new HostAddress(address, null),
            Ssh = new SshConfig { KnownHosts = "/k", User = user },
            Tmux = new TmuxConfig { Users = other is null ? [] : [other] },
        };
        var snapshot = Snapshot(host, other ?? "login", id);
        var command = Assert.Single(SessionView.Of(snapshot, snapshot.WatchedSince)).AttachCommand;
        var tmux = $"tmux attach-session -t '${id}'";
        return (
            command, $"{user}@{address}", other is null ? tmux : $"sudo -u {ShellWord.Of(other)} {tmux}",
            other is null ? $"3\u0001attach-session\u0001-t\u0001${id}" : $"6\u0001-u\u0001{other}\u0001tmux\u0001attach-session\u0001-t\u0001${id}");
    }

    private static HostSnapshot Snapshot(HostConfig host, string user, int id)
    {
        var now = new Instant(DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        var session = new TmuxSession { Id = $"${id}", Name = "n", Created = now.Time, Activity = now.Time, AttachedClients = 0, Windows = 1 };
        var state = new TmuxSessionState(session, null, false, null, null, null, null);
        var tmux = new TmuxReading([new TmuxServerState(new TmuxServer(user, [session]), [state])], now.Time);
        var system = new SystemReading(new SystemIdentity { Kernel = "k", User = "login" }, null);
        var initial = HostSnapshot.Initial(host, new PollTiming(TimeSpan.FromSeconds(10), 3), now);
        return initial with
        {
            Outcomes = initial.Outcomes.With(
                new CollectorOutcome { Collector = "tmux", At = now, Reading = tmux, ReadingAt = now },
                new CollectorOutcome { Collector = "system", At = now, Reading = system, ReadingAt = now }),
        };
    }

    private static IEnumerable<string> Texts(int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, Words)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Bits[random.Next(Bits.Length)])));
    }

    /// <summary>Runs the lines in the shell with functions that print number and text of their arguments.</summary>
    private static async Task<IReadOnlyList<string>> ReadAsync(string shell, string functions, IReadOnlyList<string> lines)
    {
        var script = new StringBuilder();
        foreach (var function in functions.Split(' '))
        {
            script.Append(shell == "fish"
                ? $"function {function}; printf %s (count $argv); printf '\\001%s' $argv; printf '\\000'; end\n"
                : $"{function}() {{ printf %s $#; printf '\\001%s' \"$@\"; printf '\\000'; }}\n");
        }

        script.AppendJoin('\n', lines).Append('\n');
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "script");
            await File.WriteAllTextAsync(file, script.ToString(), TestContext.Current.CancellationToken);
            var start = new ProcessStartInfo(shell, [file])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                StandardOutputEncoding = Encoding.UTF8,
            };
            (start.Environment["HOME"], start.Environment["LC_ALL"]) = (folder.FullName, "C.UTF-8");
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            // No word was executed.
            Assert.False(File.Exists(Path.Combine(folder.FullName, "x")));
            return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
