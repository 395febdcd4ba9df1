namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A folder for the PATH with an <c>nvidia-smi</c> that replays captures and misbehaves on request.</summary>
internal sealed class FakeNvidiaSmi
{
    private readonly string _folder;

    private FakeNvidiaSmi(string folder) => _folder = folder;

    /// <summary>Makes the folder; <paramref name="capture"/> is the beginning of the names of the captures.</summary>
    public static FakeNvidiaSmi Replay(TestFolder folder, string capture, string driver, string report)
    {
        var fake = Make(folder, driver);
        fake.Copy("gpus.csv", "captures", capture + ".query-gpu.csv");
        fake.Copy("processes.csv", "captures", capture + ".query-compute-apps.csv");
        fake.Copy("report.xml", report.Split('/'));
        return fake;
    }

    public static FakeNvidiaSmi H100(TestFolder folder) =>
        Replay(folder, "linux-h100-590.48.01.load", "590.48.01", "xml/telegraf-rtx-3080-v13.q.xml");

    /// <summary>A DGX Spark. Its capture has no header: these are the columns that were asked.</summary>
    public static FakeNvidiaSmi Gb10(TestFolder folder)
    {
        const string Columns =
            "index, uuid, name, utilization.gpu [%], memory.used [MiB], memory.total [MiB], temperature.gpu, power.draw [W], power.limit [W], "
                + "fan.speed [%], pstate, driver_version";
        var fake = Make(folder, "590.48.01");
        // Its driver lists only what it was asked for here.
        File.WriteAllLines(fake.PathOf("help.txt"), Columns.Split(", ").Select(c => $"\"{c.Split(' ')[0]}\"\n"));
        File.WriteAllText(
            fake.PathOf("gpus.csv"),
            Columns + "\n" + File.ReadAllText(Repository.Fixture("nvidia-smi", "synthetic", "gb10-dgx-spark.exporter.idle.csv")));
        fake.Processes();
        fake.Copy("report.xml", "synthetic", "gb10-dgx-spark.q.xml");
        return fake;
    }

    /// <summary>Where it lies, for the PATH.</summary>
    public static string FolderIn(TestFolder folder) => folder.PathOf("smi");

    /// <summary>The compute processes it reports from now on.</summary>
    public void Processes(params IEnumerable<(string Uuid, int Pid, string Name, int Mebibytes)> processes)
    {
        File.WriteAllText(
            PathOf("processes.new"),
            "gpu_uuid, pid, process_name, used_gpu_memory [MiB]\n"
                + string.Concat(processes.Select(p => $"{p.Uuid}, {p.Pid}, {p.Name}, {p.Mebibytes} MiB\n")));
        File.Move(PathOf("processes.new"), PathOf("processes.csv"), overwrite: true);
    }

    /// <summary>The core temperature of every GPU from now on.</summary>
    public void SetTemperature(int celsius)
    {
        var rows = File.ReadAllLines(PathOf("gpus.csv")).Select(r => r.Split(", ")).ToList();
        var column = Array.FindIndex(rows[0], c => c.StartsWith("temperature.gpu", StringComparison.Ordinal));
        Assert.True(column >= 0);
        rows.Skip(1).ToList().ForEach(r => r[column] = $"{celsius}");
        // Written atomically, because it is read at any time.
        File.WriteAllLines(PathOf("gpus.new"), rows.Select(r => string.Join(", ", r)));
        File.Move(PathOf("gpus.new"), PathOf("gpus.csv"), overwrite: true);
    }

    /// <summary>From now on it reports an H100 that does nothing and on which nothing is.</summary>
    public void Rest()
    {
        Processes();
        Copy("gpus.new", "captures", "linux-h100-590.48.01.idle.query-gpu.csv");
        File.Move(PathOf("gpus.new"), PathOf("gpus.csv"), overwrite: true);
    }

    /// <summary>Every call from now on hangs until it is killed.</summary>
    public void Hang(bool ignoresTerm = false)
    {
        if (ignoresTerm)
        {
            Set("ignore-term");
        }

        Set("hang");
    }

    /// <summary>Every call from now on stops itself, as a debugger or a wedged driver does.</summary>
    public void Stop() => Set("stop");

    /// <summary>Every call from now on prints one of the errors and exits.</summary>
    public void Fail(string error, int exit)
    {
        Print(File.ReadAllText(Repository.Fixture("nvidia-smi", "errors", error)), exit);
    }

    /// <summary>Every call from now on prints this and exits.</summary>
    public void Print(string text, int exit)
    {
        File.WriteAllText(PathOf("exit.txt"), $"{exit}\n");
        File.WriteAllText(PathOf("error.txt"), text);
    }

    /// <summary>Loops print ten times as often from now on.</summary>
    public void HurryUp() => Set("fast");

    /// <summary>Loops print every line twice from now on.</summary>
    public void PrintTwice() => Set("twice");

    /// <summary>The GPUs that are listed from now on, by index; uuids are made from it.</summary>
    public void List(params IReadOnlyList<int> indexes)
    {
        var rows = File.ReadAllLines(PathOf("gpus.csv")).Take(2).ToList();
        var columns = rows[0].Split(", ").Select(c => c.Split(' ')[0]).ToList();
        File.WriteAllLines(PathOf("gpus.new"), [rows[0], .. indexes.Select(index =>
        {
            var cells = rows[1].Split(", ");
            cells[columns.IndexOf("index")] = $"{index}";
            cells[columns.IndexOf("uuid")] = UuidOf(index);
            return string.Join(", ", cells);
        })]);
        File.Move(PathOf("gpus.new"), PathOf("gpus.csv"), overwrite: true);
    }

    public static string UuidOf(int index) => $"GPU-0000000{index}-0000-0000-0000-000000000000";

    /// <summary>The file that every nvidia-smi has open while it runs, as the real one has the device.</summary>
    public string Device => PathOf("device");

    /// <summary>Back to replaying.</summary>
    public void Reset()
    {
        foreach (var switched in new[] { "hang", "ignore-term", "stop", "error.txt", "fast", "twice" })
        {
            File.Delete(PathOf(switched));
        }
    }

    private static FakeNvidiaSmi Make(TestFolder folder, string driver)
    {
        var fake = new FakeNvidiaSmi(folder.Make("smi"));
        folder.Write("smi/nvidia-smi", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Parts", "nvidia-smi.sh")), executable: true);
        fake.Set("device");
        fake.Copy("dmon.csv", "dmon", "load.dmon-gpm.csv");
        fake.Copy("help.txt", "help", $"query-gpu.{driver}.txt");
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", ["-m", "666", fake.PathOf("fifo")]);
        mkfifo.WaitForExit();
        return fake;
    }

    private void Set(string name) => File.WriteAllText(PathOf(name), "");

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Copy(string name, params string[] fixture) =>
        File.Copy(Repository.Fixture(["nvidia-smi", .. fixture]), PathOf(name), overwrite: true);
}
