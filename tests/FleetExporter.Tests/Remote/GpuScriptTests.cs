using System.Runtime.Versioning;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

/// <summary>Runs the script of the GPU stream with a fake <c>nvidia-smi</c> that replays the output of a driver.</summary>
[SupportedOSPlatform("linux")]
public sealed class GpuScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> ShellsAndDrivers() => new MatrixTheoryData<string, string>(
        ["/bin/dash", "/bin/bash", "/bin/busybox"], ["590.48.01", "595.80", "610.57.04"]);

    [Theory]
    [MemberData(nameof(ShellsAndDrivers))]
    public async Task Only_fields_listed_in_the_drivers_help_are_queried(string shell, string driver)
    {
        var help = Captures.Read($"help/query-gpu.{driver}.txt");
        FakeDriver(help);
        await using var stream = await OpenAsync(shell);

        var section = await AskAsync(stream);

        var fields = GpuFields.Select(GpuFields.Parse(help));
        Assert.Equal($"fields={string.Join(',', fields)}", section.Body.Split('\n')[0]);
        Assert.Equal($"--query-gpu={string.Join(',', fields)} --format=csv,noheader,nounits", Asked()[^1]);
        Assert.Equal("GPU-0", Assert.Single(Assert.IsType<GpuAnswer>(new GpuCollector().Parse(section)).Gpus).Uuid);
    }

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task The_help_is_read_once_and_again_after_a_field_was_rejected(string shell)
    {
        FakeDriver(Captures.Read("help/query-gpu.610.57.04.txt"));
        await using var stream = await OpenAsync(shell);
        await AskAsync(stream);
        await AskAsync(stream);
        Assert.Equal(1, Asked().Count(a => a == "--help-query-gpu"));

        _folder.Write("refuse", "");
        var refused = await AskAsync(stream);
        File.Delete(_folder.PathOf("refuse"));
        var after = await AskAsync(stream);

        Assert.Equal(CollectorFailure.Driver, Assert.Throws<ToolFailureException>(() => new GpuCollector().Parse(refused)).Reason);
        Assert.Equal(2, Asked().Count(a => a == "--help-query-gpu"));
        Assert.NotEmpty(Assert.IsType<GpuAnswer>(new GpuCollector().Parse(after)).Gpus);
    }

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task Without_help_the_fields_common_to_all_drivers_are_queried(string shell)
    {
        FakeDriver("nothing that lists a field\n");
        await using var stream = await OpenAsync(shell);

        var section = await AskAsync(stream);

        Assert.Equal($"fields={string.Join(',', GpuFields.Base.Select(f => f.Name))}", section.Body.Split('\n')[0]);
    }

    [Theory]
    [MemberData(nameof(SamplerScriptTests.Shells), MemberType = typeof(SamplerScriptTests))]
    public async Task A_help_that_failed_is_asked_for_again(string shell)
    {
        FakeDriver(Captures.Read("help/query-gpu.610.57.04.txt"));
        _folder.Write("unhelpful", "");
        await using var stream = await OpenAsync(shell);
        Assert.Equal($"fields={string.Join(',', GpuFields.Base.Select(f => f.Name))}", (await AskAsync(stream)).Body.Split('\n')[0]);

        File.Delete(_folder.PathOf("unhelpful"));
        await AskAsync(stream);
        await AskAsync(stream);

        Assert.Equal(2, Asked().Count(a => a == "--help-query-gpu"));
        Assert.Contains(",temperature.memory,", Asked()[^1], StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string[] Asked() => File.ReadAllLines(_folder.PathOf("asked"));

    private void FakeDriver(string help)
    {
        _folder.Write("help", help);
        var program = _folder.Write("nvidia-smi", $$"""
            #!/bin/sh
            cd '{{_folder.Path}}'
            echo "$@" >>asked
            case $1 in
              --help-query-gpu) [ ! -e unhelpful ] || exit 9; cat help ;;
              --query-gpu=*)
                [ ! -e refuse ] || { echo 'Field "pstate" is not a valid field to query.'; exit 2; }
                IFS=,; n=
                for f in ${1#--query-gpu=}; do
                  case $f in index) v=0 ;; uuid) v=GPU-0 ;; *) v='[N/A]' ;; esac
                  n="${n:+$n, }$v"
                done
                echo "$n" ;;
            esac
            """);
        new FileInfo(program).UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    }

    private Task<SamplerStream> OpenAsync(string shell) =>
        SamplerScriptTests.OpenAsync(new ProgramShell(shell, $"{_folder.Path}:/usr/bin:/bin"), StreamKind.Gpu);

    private static async Task<Section> AskAsync(SamplerStream stream) =>
        Assert.Single(await SamplerScriptTests.AskAsync(stream, ["gpu"])).Section ?? throw new FormatException("the section is damaged");
}
