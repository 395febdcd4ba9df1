using System.Runtime.Versioning;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

/// <summary>Runs the script of a loop in every supported shell.</summary>
[SupportedOSPlatform("linux")]
public sealed class LoopStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task Every_line_of_the_command_arrives_and_its_end_is_told(string shell)
    {
        var command = Program("echo '#head'; echo one; sleep 0.2; echo two >&2; printf 'last\\n'; exit 7");
        await using var stream = await OpenAsync(shell, command);

        List<string> lines = [];
        int? status = null;
        while (status is null)
        {
            var output = await stream.ReadAsync(Stop);
            lines.AddRange(output.Lines);
            status = output.Status;
        }

        Assert.Equal(["#head", "one", "two", "last"], lines);
        Assert.Equal(7, status);
    }

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task The_CPU_time_of_the_command_grows_while_it_works(string shell)
    {
        await using var stream = await OpenAsync(shell, Program("while :; do :; done"));
        var first = await CpuTimeAsync(stream);

        while (await CpuTimeAsync(stream) <= first)
        {
            await Task.Delay(20, Stop);
        }
    }

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task The_command_and_its_children_end_with_the_stream(string shell)
    {
        var stream = await OpenAsync(shell, Program($"trap '' TERM PIPE; echo $$ >{_folder.PathOf("pid")}; sleep 300; :"));
        var pid = await SeenAsync(() => File.Exists(_folder.PathOf("pid")) && File.ReadAllText(_folder.PathOf("pid")) is { Length: > 1 } text
            ? text.Trim() : null);
        var child = await SeenAsync(() => File.ReadAllText($"/proc/{pid}/task/{pid}/children") is { Length: > 1 } text ? text.Trim() : null);

        await stream.DisposeAsync();
        await SeenAsync(() => Directory.Exists($"/proc/{pid}") || Directory.Exists($"/proc/{child}") ? null : "gone");
    }

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task Without_a_line_the_lease_runs_out(string shell)
    {
        await using var stream = await OpenAsync(shell, Program("sleep 300"), lease: 1);

        await Assert.ThrowsAsync<StreamException>(async () =>
        {
            while (true)
            {
                await stream.ReadAsync(Stop).WaitAsync(TimeSpan.FromSeconds(10), Stop);
            }
        });
    }

    [Fact]
    public async Task Endless_output_ends_the_stream()
    {
        await using var stream = await OpenAsync("/bin/dash", Program("yes 'no such row'"));

        var ended = await Assert.ThrowsAsync<StreamException>(async () =>
        {
            while (true)
            {
                await stream.ReadAsync(Stop);
            }
        });
        Assert.Equal("the host sent more than 4 MiB in one interval", ended.Message);
    }

    public void Dispose() => _folder.Dispose();

    private string Program(string text)
    {
        var path = _folder.Write($"program-{Guid.NewGuid():N}", $"#!/bin/sh\n{text}\n");
        return $"/bin/sh {path}";
    }

    private static Task<LoopStream> OpenAsync(string shell, string command, int lease = 5) => LoopStream.OpenAsync(
        new ProgramShell(shell), command, TimeSpan.FromSeconds(lease), TimeSpan.FromSeconds(20), TimeProvider.System, Stop);

    /// <summary>Asks until the command has started.</summary>
    private static async Task<long> CpuTimeAsync(LoopStream stream)
    {
        while (true)
        {
            await stream.AskCpuTimeAsync(Stop);
            if ((await stream.ReadAsync(Stop)).CpuTime is { } time)
            {
                return time;
            }
        }
    }

    private static async Task<string> SeenAsync(Func<string?> look)
    {
        for (var i = 0; i < 400; i++)
        {
            if (look() is { } seen)
            {
                return seen;
            }

            await Task.Delay(25, Stop);
        }

        throw new TimeoutException("not seen within 10 s");
    }
}
