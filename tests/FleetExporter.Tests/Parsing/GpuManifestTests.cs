using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class GpuManifestTests
{
    private const string ProjectedFolder = "synthetic/projected/";

    public static TheoryData<string> Queries => [.. GpuManifest.Queries.Select(fixture => fixture.File)];

    public static TheoryData<string> Processes => [.. GpuManifest.Processes.Select(fixture => fixture.File)];

    public static TheoryData<string> Xml => [.. GpuManifest.Xml.Select(fixture => fixture.File)];

    public static TheoryData<string> Projected =>
        [.. GpuManifest.All.Select(fixture => fixture.File).Where(file => file.StartsWith(ProjectedFolder, StringComparison.Ordinal))];

    public static TheoryData<string> CaptureNames => [.. Captures.Names];

    [Fact]
    public void Every_fixture_has_a_row_and_every_row_a_fixture_and_a_parser()
    {
        var files = Directory.GetFiles(Captures.Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Captures.Root, file).Replace('\\', '/'))
            .Except(["manifest.json", "NOTICE"])
            .Order(StringComparer.Ordinal);
        Assert.Equal(files, GpuManifest.All.Select(fixture => fixture.File).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(GpuManifest.All, fixture => !GpuManifest.IsHandled(fixture));
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void Query_answers_as_pinned(string file)
    {
        var fixture = GpuManifest.Get(file);
        Expected.Matches($"nvidia-smi/{file}.outcome", GpuOutcome.OfQuery(fixture.Text, fixture.Fields));
    }

    [Theory]
    [MemberData(nameof(Processes))]
    public void Processes_answer_as_pinned(string file)
    {
        var fixture = GpuManifest.Get(file);
        Expected.Matches($"nvidia-smi/{file}.outcome", GpuOutcome.OfProcesses(fixture.Text, fixture.Fields));
    }

    [Theory]
    [MemberData(nameof(Xml))]
    public void Details_answer_as_pinned(string file) => Expected.Matches($"nvidia-smi/{file}.outcome", GpuOutcome.OfDetails(Captures.Read(file)));

    [Theory]
    [MemberData(nameof(CaptureNames))]
    public void Our_fields_of_a_capture_say_what_the_whole_capture_says(string name)
    {
        var (fields, body) = Captures.Query(name);
        var whole = GpuManifest.Get($"{name}.query-gpu.csv");
        Assert.Equal(GpuOutcome.OfQuery(whole.Text, whole.Fields), GpuOutcome.OfQuery(body, fields));
        Assert.Equal(GpuFields.Wanted.Count, fields.Count);

        var (processFields, processes) = Captures.Processes(name);
        var apps = GpuManifest.Get($"{name}.query-compute-apps.csv");
        Assert.Equal(GpuOutcome.OfProcesses(apps.Text, apps.Fields), GpuOutcome.OfProcesses(processes, processFields));
    }

    [Theory]
    [MemberData(nameof(Projected))]
    public void A_projection_is_cut_from_its_capture(string file)
    {
        var projected = GpuManifest.Get(file);
        var name = Path.GetFileName(file).Replace(".exporter.csv", "", StringComparison.Ordinal);
        Assert.Equal(projected.Text, Captures.Query("captures/" + name, projected.Fields));
    }
}
