using System.Diagnostics;
using System.Text;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Remote;

/// <summary>Runs the sampler in every supported shell.</summary>
public sealed class SamplerScriptTests
{
    private static readonly HostConfig Host = new()
    {
        Name = "a",
        Ssh = new SshConfig { KnownHosts = "/data/known_hosts" },
        Units = [new UnitName("ssh.service", false), new UnitName("it's odd.service", true)],
        Tmux = new TmuxConfig { Users = ["nobody"] },
    };

    public static TheoryData<string> Shells() => ["/bin/dash", "/bin/bash", "/bin/busybox"];

    public static TheoryData<string, StreamKind> ShellsAndStreams() => new MatrixTheoryData<string, StreamKind>(
        Shells().Select(s => s.Data), [StreamKind.Vitals, StreamKind.Gpu]);

    [Theory]
    [MemberData(nameof(ShellsAndStreams))]
    public async Task The_script_has_valid_syntax(string shell, StreamKind kind)
    {
        var (status, output) = await ShAsync(shell, ["-n"], SamplerScript.Build(SamplerScript.NewNonce(), TimeSpan.FromSeconds(5), Sections(kind)));

        Assert.Equal((0, ""), (status, output));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_owner_of_a_process_is_read_with_its_name_again_and_again(string shell)
    {
        await using var stream = await OpenAsync(new ProgramShell(shell), StreamKind.Vitals);
        var names = new[] { $"gpu_owners={Environment.ProcessId},1", $"gpu_owners={Environment.ProcessId}", "host" };

        for (var i = 0; i < 2; i++)
        {
            var answers = await AskAsync(stream, names);
            var owners = Assert.IsType<GpuOwnersAnswer>(new GpuOwnersCollector().Parse(answers[0].Section!)).Owners;
            var own = Assert.Single(owners.Owners, o => o.Pid == Environment.ProcessId);
            Assert.Equal((Environment.UserName, 2), (own.User, owners.Owners.Count));
            Assert.NotNull(own.StartTicks);
            Assert.NotNull(Read(new VitalsCollector(), answers[2].Section!));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Every_section_of_the_vitals_stream_is_parsed_by_its_collector(string shell)
    {
        // Containers are only asked for where there are some.
        var collectors = CollectorCatalog.All.Where(c => c is { Stream: StreamKind.Vitals } and not ContainersCollector).ToList();
        await using var stream = await OpenAsync(new ProgramShell(shell), StreamKind.Vitals);

        var answers = await AskAsync(stream, [.. collectors.Select(c => c.Name)]);

        Assert.All(answers, a => Assert.Null(a.Broken));
        Assert.Equal(collectors.Select(c => c.Name), answers.Select(a => a.Section!.Name));
        Assert.All(collectors.Zip(answers), pair => Assert.NotNull(Read(pair.First, pair.Second.Section!)));
        Assert.Equal(Environment.UserName, stream.Hello.User);
        var vitals = Assert.IsType<VitalsAnswer>(collectors[1].Parse(answers[1].Section!));
        Assert.True(vitals.Vitals.Memory.Total > 0);
        Assert.NotNull(vitals.Vitals.Load);
        Assert.NotEmpty(vitals.Vitals.Networks);
        var system = Assert.IsType<SystemAnswer>(collectors[0].Parse(answers[0].Section!)).System;
        Assert.Equal(Environment.ProcessorCount > 0, system.Cpus > 0);
        Assert.NotNull(system.BootId);
        Assert.NotNull(system.Clock);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task One_stream_answers_many_ticks_and_unknown_words(string shell)
    {
        await using var stream = await OpenAsync(new ProgramShell(shell), StreamKind.Vitals);

        for (var tick = 0; tick < 3; tick++)
        {
            var answers = await AskAsync(stream, ["host", "$(touch", "nosuch"]);

            Assert.Equal([("host", 0), ("$(touch", 127), ("nosuch", 127)], answers.Select(a => (a.Section!.Name, a.Section.Status)));
            await stream.KeepAliveAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_nonce_is_128_random_bits()
    {
        var nonces = Enumerable.Range(0, 100).Select(_ => SamplerScript.NewNonce()).ToList();

        Assert.All(nonces, n => Assert.Matches("^[0-9a-f]{32}$", n));
        Assert.Equal(100, nonces.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_quoted_word_is_unchanged(string shell)
    {
        var words = Gen.OneOf(
                Gen.Elements(
                    "'", "''", "\\", "$HOME", "`id`", "\"", " ", "\t", "\n", "*", "a'b", "-n", "%s", "é🚀", "!", ";", "&", "|", "<", ">", "(", "#"),
                Gen.Choose(33, 126).Select(c => ((char)c).ToString()))
            .ListOf().Select(string.Concat).Select(w => "x" + w + "x").Sample(300, 60).ToList();

        var script = string.Concat(words.Select(w => $"printf '%s\\001' {SamplerScript.Quote(w)}\n"));
        var (status, output) = await ShAsync(shell, ["-s"], script);

        Assert.Equal(0, status);
        Assert.Equal(words, output.Split('\u0001')[..^1]);
    }

    internal static async Task<List<ReceivedSection>> AskAsync(SamplerStream stream, IReadOnlyList<string> words)
    {
        var answers = new List<ReceivedSection>();
        await foreach (var answer in stream.AskAsync(words, TestContext.Current.CancellationToken))
        {
            answers.Add(answer);
        }

        return answers;
    }

    internal static Task<SamplerStream> OpenAsync(IShell shell, StreamKind kind) => SamplerStream.OpenAsync(
        shell, kind, Sections(kind), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

    private static List<SectionScript> Sections(StreamKind kind) =>
        [.. CollectorCatalog.All.Where(c => c.Stream == kind).Select(c => new SectionScript(c.Name, c.Script(Host)))];

    /// <summary>The reading, or the failure on a machine without tmux, systemd or sudo.</summary>
    private static object Read(HostCollector collector, Section section)
    {
        try
        {
            return collector.Parse(section);
        }
        catch (ToolFailureException failure) when (collector.Name is "tmux" or "tmux_users" or "systemd")
        {
            return failure;
        }
    }

    private static async Task<(int Status, string Output)> ShAsync(string shell, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(shell, shell.EndsWith("busybox", StringComparison.Ordinal) ? ["sh", .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input));
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
