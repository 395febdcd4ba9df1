using System.Text;
using FleetExporter.Remote;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Remote;

/// <summary>Runs commands in the shells of this machine.</summary>
public sealed class RemoteCommandTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Shells() => ["/bin/dash", "/bin/bash", "/bin/busybox"];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Output_and_status_are_unchanged(string shell)
    {
        var ran = await RunAsync(shell, @"printf 'out\n\n'; printf 'a\377\000b' >&2; exit 7");

        Assert.Equal((CommandEnd.Exited, 7, 0), (ran.Result.End, ran.Result.ExitCode, ran.Result.Left));
        Assert.Null(ran.Result.Signal);
        Assert.Equal("out\n\n", Encoding.UTF8.GetString(ran.Stdout));
        Assert.Equal([(byte)'a', 0xff, 0, (byte)'b'], ran.Stderr);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_signal_is_reported(string shell)
    {
        var ran = await RunAsync(shell, "kill -SEGV $$");

        Assert.Equal(11, ran.Result.Signal);
    }

    [Fact]
    public async Task Input_is_closed_and_the_working_directory_is_set()
    {
        Assert.Equal("", (await RunAsync("/bin/dash", "cat")).Text);
        Assert.Equal("/usr/bin\n", (await RunAsync("/bin/dash", "pwd", directory: "/usr/bin")).Text);

        var nowhere = await RunAsync("/bin/dash", "echo never", directory: "/does/not/exist");

        Assert.Equal((126, ""), (nowhere.Result.ExitCode, nowhere.Text));
        Assert.Contains("/does/not/exist", Encoding.UTF8.GetString(nowhere.Stderr), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Every_text_arrives_exactly(string shell)
    {
        var texts = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get.Replace("\0", "", StringComparison.Ordinal))
            .Where(s => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)) == s)
            .Sample(50, 15)
            .Concat(["'", "\"", "$HOME `id` $(id)", "a\nb\n", "\\", "-n", "ä€😀", "@COMMAND@ @DIRECTORY@ @ID@", "'\\''", " \t"]).ToList();
        foreach (var text in texts)
        {
            var ran = await RunAsync(shell, $"printf %s {SamplerScript.Quote(text)}");

            Assert.Equal(text, ran.Text);
        }
    }

    [Theory]
    [InlineData("/bin/dash", "sleep 600")]
    [InlineData("/bin/bash", "sleep 600 & sleep 600")]
    [InlineData("/bin/busybox", "sleep 600 | sleep 600")]
    [InlineData("/bin/dash", "trap '' TERM; while :; do sleep 600; done")]
    [InlineData("/bin/bash", "setsid sleep 600")]
    [InlineData("/bin/dash", "setsid sh -c \"trap '' TERM HUP; while :; do sleep 600; done\" & exit_later=1; sleep 600")]
    [InlineData("/bin/busybox", "(sleep 600 &) ; kill -STOP $$")]
    public async Task A_command_over_its_limit_is_killed_with_all_its_processes(string shell, string command)
    {
        var tag = $"FLEET_TEST_{Guid.NewGuid():N}";
        var ran = await RunAsync(shell, $"export {tag}=1; {command}", limit: TimeSpan.FromSeconds(1));

        Assert.Equal((CommandEnd.TimedOut, 0), (ran.Result.End, ran.Result.Left));
        Assert.Empty(Marked(tag));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_cancelled_command_is_killed(string shell)
    {
        using var cancel = new CancellationTokenSource();
        var tag = $"FLEET_TEST_{Guid.NewGuid():N}";
        var ran = await RunAsync(shell, $"export {tag}=1; echo here; setsid sleep 600 & sleep 600", seen: _ => cancel.Cancel(), cancel: cancel);

        Assert.Equal((CommandEnd.Cancelled, 0), (ran.Result.End, ran.Result.Left));
        Assert.Empty(Marked(tag));
    }

    // Cancelled before command.sh has started.
    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_can_be_cancelled_before_it_has_started(string shell)
    {
        for (var delay = 0; delay < 60; delay += 6)
        {
            using var cancel = new CancellationTokenSource(delay);
            var tag = $"FLEET_TEST_{Guid.NewGuid():N}";
            var ran = await RunAsync(shell, $"export {tag}=1; sleep 600", cancel: cancel);

            Assert.Equal((CommandEnd.Cancelled, 0), (ran.Result.End, ran.Result.Left));
            Assert.Empty(Marked(tag));
        }
    }

    [Fact]
    public async Task Background_processes_are_killed_when_the_command_exits()
    {
        var tag = $"FLEET_TEST_{Guid.NewGuid():N}";
        var ran = await RunAsync("/bin/dash", $"export {tag}=1; sleep 600 & echo done");

        Assert.Equal((CommandEnd.Exited, "done\n"), (ran.Result.End, ran.Text));
        await WaitAsync(() => Marked(tag).Count == 0);
    }

    [Fact]
    public async Task Large_output_is_not_buffered()
    {
        long bytes = 0;
        var before = GC.GetTotalAllocatedBytes();
        var result = await RemoteCommand.RunAsync(
            new ProgramShell("/bin/dash"), new CommandRequest("head -c 100000000 /dev/zero", Long),
            (_, piece) =>
            {
                bytes += piece.Length;
                return ValueTask.CompletedTask;
            },
            TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal((CommandEnd.Exited, 100_000_000), (result.End, bytes));
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < before + 50_000_000);
    }

    private static async Task<Ran> RunAsync(
        string shell, string command, string? directory = null, TimeSpan? limit = null, Action<ReadOnlyMemory<byte>>? seen = null,
        CancellationTokenSource? cancel = null)
    {
        using MemoryStream stdout = new(), stderr = new();
        var result = await RemoteCommand.RunAsync(
            new ProgramShell(shell), new CommandRequest(command, limit ?? Long, directory),
            (from, piece) =>
            {
                (from == CommandOutput.Stdout ? stdout : stderr).Write(piece.Span);
                seen?.Invoke(piece);
                return ValueTask.CompletedTask;
            },
            TimeProvider.System, cancel?.Token ?? TestContext.Current.CancellationToken);
        return new Ran(result, stdout.ToArray(), stderr.ToArray());
    }

    /// <summary>Processes with the variable in their environment.</summary>
    private static List<string> Marked(string variable) =>
        [.. Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])).Where(p =>
        {
            try
            {
                return File.ReadAllText(p + "/environ").Contains(variable, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        })];

    private static async Task WaitAsync(Func<bool> happens)
    {
        for (var tries = 0; !happens(); tries++)
        {
            Assert.True(tries < 200, "it does not happen within 10 s");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private sealed record Ran(CommandResult Result, byte[] Stdout, byte[] Stderr)
    {
        public string Text => Encoding.UTF8.GetString(Stdout);
    }
}
