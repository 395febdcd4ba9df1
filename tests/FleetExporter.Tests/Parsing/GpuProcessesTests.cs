using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class GpuProcessesTests
{
    private const double MiB = 1024 * 1024;

    /// <summary>Number of processes in each file, and their total memory in MiB; null where not reported.</summary>
    private static readonly Dictionary<string, (int Count, double? MiB)> Answers = new()
    {
        ["captures/linux-geforce-rtx-2080-super-595.71.05.load.query-compute-apps.csv"] = (2, 600),
        ["captures/linux-geforce-rtx-2080-super-610.57.04.load.query-compute-apps.csv"] = (2, 600),
        ["captures/linux-h100-590.48.01.load.query-compute-apps.csv"] = (3, 2566 + 1542 + 15690),
        ["captures/linux-h100-mig-590.48.01.load.query-compute-apps.csv"] = (3, 2296 + 1272 + 7484),
        ["captures/linux-h200-590.48.01.load.query-compute-apps.csv"] = (3, 2566 + 1542 + 28234),
        ["captures/linux-l40s-595.80.load.query-compute-apps.csv"] = (2, 538 + 681),
        ["captures/win-geforce-rtx-2080-super-591.86.idle.query-compute-apps.csv"] = (10, null),
        ["captures/win-geforce-rtx-2080-super-591.86.load.query-compute-apps.csv"] = (12, null),
        ["captures/win-geforce-rtx-2080-super-610.62.idle.query-compute-apps.csv"] = (19, null),
        ["captures/win-geforce-rtx-2080-super-610.62.load.query-compute-apps.csv"] = (21, null),
        ["h100-live/idle.query-compute-apps.csv"] = (0, null),
        ["h100-live/load.query-compute-apps.csv"] = (1, 13418),
        ["threads/gb10-dgx-spark.query-compute-apps.csv"] = (1, 109832),
        ["threads/gb10-dgx-spark.query-compute-apps.nounits.csv"] = (1, 19135),
        ["threads/wsl2-rtx4070tis.query-compute-apps.csv"] = (1, null),
        ["threads/wsl2-host.query-compute-apps.insufficient.csv"] = (1, null),
        ["threads/container.query-compute-apps.not-found.csv"] = (1, null),
        ["threads/windows-desktop.query-compute-apps.csv"] = (5, null),
        ["synthetic/windows-crlf.query-compute-apps.csv"] = (21, null),
        ["synthetic/process-name-comma.query-compute-apps.csv"] = (3, 79 + 20434),
        ["synthetic/process-name-question-mark.query-compute-apps.csv"] = (1, 79),
    };

    public static TheoryData<string> Files => [.. GpuManifest.Processes.Select(fixture => fixture.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Processes_match_the_manifest(string file)
    {
        var answer = Read(file);
        Assert.Empty(answer.UnparsedLines);
        if (file.Contains(".idle.", StringComparison.Ordinal) && file.StartsWith("captures/linux", StringComparison.Ordinal))
        {
            Assert.Empty(answer.Processes);
            return;
        }

        var (count, mebibytes) = Answers[file];
        Assert.Equal(count, answer.Processes.Count);
        var known = answer.Processes.Where(process => process.MemoryBytes is not null).ToList();
        Assert.Equal(mebibytes * MiB, known.Count == 0 ? null : known.Sum(process => process.MemoryBytes));
    }

    [Fact]
    public void Commas_stay_in_the_name()
    {
        var names = Read("synthetic/process-name-comma.query-compute-apps.csv").Processes.Select(process => process.Name);
        Assert.Equal(
            [
                "/opt/microsoft/msedge/msedge --type=gpu-process --enable-crash-reporter=, --field-trial-handle=0,i,3110290512380155730",
                "python3 train.py --lr 1e-4, --name \"a, b\"",
                "/home/x/My Models/run job.sh",
            ],
            names);
    }

    [Theory]
    [InlineData("gpu_uuid,pid,used_memory,process_name", "GPU-1, 7, 5, a, b")]
    [InlineData("process_name,gpu_uuid,pid,used_memory", "a, b, GPU-1, 7, 5 MiB")]
    public void The_name_may_stand_first_or_last(string fields, string row)
    {
        var process = Assert.Single(GpuProcesses.Parse(row, fields.Split(',')).Processes);
        Assert.Equal(new GpuProcess { GpuUuid = "GPU-1", Pid = 7, Name = "a, b", MemoryBytes = 5 * MiB }, process);
    }

    [Fact]
    public void An_empty_answer_is_no_process()
    {
        Assert.Empty(GpuProcesses.Parse(Captures.Read("synthetic/empty.stdout.txt"), GpuProcesses.Fields).Processes);
        Assert.Empty(GpuProcesses.Parse("No running processes found\n", GpuProcesses.Fields).Processes);
    }

    [Fact]
    public void Invalid_rows_beside_valid_ones_are_unparsed()
    {
        var answer = GpuProcesses.Parse("GPU-1, 7, python, 5\nGPU-1, 8, pyt\nhello\n", GpuProcesses.Fields);
        Assert.Single(answer.Processes);
        Assert.Equal(["GPU-1, 8, pyt", "hello"], answer.UnparsedLines);
    }

    [Fact]
    public void The_windows_system_process_and_a_foreign_pid_keep_their_row_without_name_and_memory()
    {
        Assert.True(Read(
            "threads/wsl2-host.query-compute-apps.insufficient.csv").Processes is [{ Pid: 4, Name: null, MemoryBytes: null, GpuUuid: not null }]);
        Assert.True(Read("threads/container.query-compute-apps.not-found.csv").Processes is [{ Pid: 312710, Name: null, MemoryBytes: null }]);
    }

    private static GpuProcesses Read(string file) => GpuProcesses.Parse(GpuManifest.Get(file).Text, GpuManifest.Get(file).Fields);
}
