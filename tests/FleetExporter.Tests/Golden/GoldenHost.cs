using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Tests.Parsing;
using FleetExporter.Tests.Polling;

namespace FleetExporter.Tests.Golden;

/// <summary>Response of a host with one capture.</summary>
internal sealed record GoldenHost(string System, string Memory, string Gpu, string Processes = "", string? Details = null, string? Profile = null)
{
    /// <summary>The twelve columns of the made-up and the projected captures.</summary>
    private const string Twelve =
        "index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,power.limit,fan.speed,pstate,driver_version";

    private static readonly string Spark = Identity("Ubuntu 24.04.3 LTS", "6.11.0-1016-nvidia", "aarch64", "NVIDIA DGX Spark", 20);
    private static readonly string Server = Identity("Ubuntu 22.04.5 LTS", "5.15.0-130-generic", "x86_64", "Server", 32);
    private static readonly string Desktop = Identity("Debian GNU/Linux 12 (bookworm)", "6.1.0-28-amd64", "x86_64", "Desktop", 16);
    private static readonly string Wsl = Identity("Ubuntu 24.04.1 LTS", "5.15.167.4-microsoft-standard-WSL2", "x86_64", "", 16);
    private static readonly string SparkMemory = HostCapture.Proc("dgx-spark-gb10.meminfo.healthy-excerpt.txt");
    private static readonly string SparkBusyMemory = HostCapture.Proc("dgx-spark-gb10.meminfo.after-stop-excerpt.txt");
    private static readonly string OtherMemory = HostCapture.Proc("vm.proc-meminfo.txt");
    private static readonly string SparkDetails = Captures.Read("synthetic/gb10-dgx-spark.q.xml");

    public static IReadOnlyDictionary<string, GoldenHost> All { get; } = new Dictionary<string, GoldenHost>
    {
        ["gb10-idle"] = new(Spark, SparkMemory, Synthetic("gb10-dgx-spark.exporter.idle.csv"), "", SparkDetails),
        ["gb10-busy"] = new(
            Spark, SparkBusyMemory, Synthetic("gb10-dgx-spark.exporter.busy.csv"),
            "GPU-e8574d59-a46c-d820-e2b6-a55e3b030f89, 37388, VLLM::EngineCore, 109832\n", SparkDetails),
        ["gb10-not-supported"] = new(Spark, SparkMemory, Synthetic("gb10-dgx-spark.exporter.not-supported.csv"), "", SparkDetails),
        ["gb10-memory-is-memtotal"] = new(
            Spark, SparkMemory,
            Synthetic("gb10-dgx-spark.exporter.busy.csv").Replace("96, [N/A], [N/A]", "96, 43215, 122542", StringComparison.Ordinal),
            "", SparkDetails),
        ["h100-idle"] = Capture(Server, "captures/linux-h100-590.48.01.idle"),
        ["h100-load"] = Capture(Server, "captures/linux-h100-590.48.01.load"),
        ["h100-580-idle"] = Capture(Server, "h100-live/idle") with
        {
            Details = Captures.Read("h100-live/idle.q.xml"),
            Profile = Captures.Read("dmon/idle.dmon-gpm.txt"),
        },
        ["h100-580-load"] = Capture(Server, "h100-live/load") with
        {
            Details = Captures.Read("h100-live/load.q.xml"),
            Profile = Captures.Read("dmon/load.dmon-gpm.txt"),
        },
        ["h100-mig-idle"] = Capture(Server, "captures/linux-h100-mig-590.48.01.idle"),
        ["h100-mig-load"] = Capture(Server, "captures/linux-h100-mig-590.48.01.load"),
        ["h200-idle"] = Capture(Server, "captures/linux-h200-590.48.01.idle"),
        ["h200-load"] = Capture(Server, "captures/linux-h200-590.48.01.load"),
        ["l40s-idle"] = Capture(Server, "captures/linux-l40s-595.80.idle"),
        ["l40s-load"] = Capture(Server, "captures/linux-l40s-595.80.load"),
        ["rtx2080s-linux-595-load"] = Capture(Desktop, "captures/linux-geforce-rtx-2080-super-595.71.05.load"),
        ["rtx2080s-linux-610-load"] = Capture(Desktop, "captures/linux-geforce-rtx-2080-super-610.57.04.load"),
        ["rtx2080s-windows-591-load"] = Capture(Wsl, "captures/win-geforce-rtx-2080-super-591.86.load"),
        ["rtx2080s-windows-610-load"] = Capture(Wsl, "captures/win-geforce-rtx-2080-super-610.62.load"),
        ["rtx3090"] = new(
            Wsl, OtherMemory,
            $"fields={string.Join(',', GpuManifest.Get("synthetic/rtx-3090.exporter.csv").Fields)}\n"
                + Captures.Read("synthetic/rtx-3090.exporter.csv"),
            "", Captures.Read("xml/telegraf-rtx-3090-v12.q.xml")),
        ["8xh100-gpu3-lost-cells"] = new(Server, OtherMemory, Synthetic("8x-h100-gpu3-lost-cells.exporter.csv")),
        ["gpu-lost"] = new(Server, OtherMemory, $"fields={Twelve}\n{Captures.Read("errors/gpu-lost.stdout.txt")}"),
        ["gpu-requires-reset"] = new(Server, OtherMemory, Synthetic("gpu-requires-reset.exporter.csv")),
        ["fabric-failed"] = new(
            Server, OtherMemory, "fields=index,uuid,name,fabric.state,fabric.status\n0, GPU-1, NVIDIA H200, Completed, Insufficient Resources\n"),
        ["a100-details"] = WithDetails("NVIDIA A100-SXM4-80GB", "xml/telegraf-a100-sxm4-v12.q.xml"),
        ["t4-details"] = WithDetails("Tesla T4", "xml/telegraf-tesla-t4.q.xml"),
    };

    /// <summary>The host's page after the first poll, with a fixed clock.</summary>
    public static async Task<string> PageAsync(string name)
    {
        var golden = All[name];
        var profiling = golden.Profile is null ? "" : ", gpu_profiling: true";
        var yml = $"hosts: [{{ name: gpu-1, address: gpu-1.lan, tmux: {{ enabled: false }}{profiling} }}]";
        await using var fleet = await ReplayFleet.StartAsync(yml, w =>
        {
            var shell = w.Shell("gpu-1");
            shell.Answer("system", golden.System);
            shell.Answer("host", HostCapture.HostWithMemory(golden.Memory));
            shell.Answer("temperature", "");
            shell.Answer("gpu", golden.Gpu);
            shell.Answer("gpu_processes", golden.Processes);
            shell.Answer("gpu_details", golden.Details ?? "", golden.Details is null ? 127 : 0);
            shell.Answer("gpu_profile", golden.Profile ?? "");
            shell.Answer("filesystem", "");
        });
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        HostPage.Write(page, fleet.Host("gpu-1"), fleet.Clock.Now());
        return page.ToString();
    }

    private static GoldenHost Capture(string system, string name)
    {
        var (fields, rows) = Captures.Query(name);
        return new GoldenHost(system, OtherMemory, $"fields={string.Join(',', fields)}\n{rows}", Captures.Processes(name).Body);
    }

    private static GoldenHost WithDetails(string model, string xml) =>
        new(Server, OtherMemory, $"fields=index,uuid,name\n0, {Uuid(xml)}, {model}\n", "", Captures.Read(xml));

    private static string Synthetic(string file) => $"fields={Twelve}\n{Captures.Read("synthetic/" + file)}";

    private static string Uuid(string xml) => GpuDetails.Parse(Captures.Read(xml)).Gpus[0].Uuid!;

    private static string Identity(string os, string kernel, string arch, string model, int cpus) =>
        $"os=\"{os}\"\nkernel={kernel}\narch={arch}\nmodel={model}\ncpus={cpus}\nbtime=1767000000\npagesize=4096\nuser=fleet\n"
            + "tools= nvidia-smi tmux systemctl\nboot_id=one\nclock=1767225600.25\n";
}
