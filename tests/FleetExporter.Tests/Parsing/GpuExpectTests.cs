using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

/// <summary>
/// Expectations of manifest.json for each <c>--query-gpu</c> output, as assertions. A key ending in <c>*</c> matches several files.
/// </summary>
public sealed class GpuExpectTests
{
    private const double MiB = 1024 * 1024;

    private static readonly Dictionary<string, Action<GpuQuery>> Answers = new()
    {
        ["captures/linux-geforce*"] = query => One(query, gpu => Assert.True(gpu is
        {
            EccCorrected: null, EccUncorrected: null, MigEnabled: null, FanRatio: not null, MemoryTemperatureCelsius: null, FabricState: null,
            FabricStatus: null, PowerEnforcedLimitWatts: 250, MemoryReservedBytes: > 0, Pcie: { MaxGeneration: 3, Width: 16, MaxWidth: 16 },
        })),
        ["captures/linux-h100-mig*"] = query => One(query, gpu => Assert.True(gpu is
        {
            Utilization: null, MemoryUtilization: null, MigEnabled: true, Engines: { Encoder: null, Decoder: null, Jpeg: null, Ofa: null },
            MemoryUsedBytes: > 0, MemoryTotalBytes: 81559 * MiB, PowerDrawWatts: > 50, TemperatureCelsius: > 20,
        })),
        ["captures/linux-h100-590*"] = Core,
        ["captures/linux-h200*"] = Core,
        ["captures/linux-l40s*"] = query => One(query, gpu => Assert.True(gpu is
        {
            FanRatio: null, MigEnabled: null, MemoryTemperatureCelsius: null, EccCorrected: 0, Pcie: { Generation: 4, MaxGeneration: 4 },
        })),
        ["h100-live/idle.query-gpu.csv"] = query => One(query, gpu => Assert.True(gpu is
        {
            MemoryTemperatureCelsius: 43, MemoryReservedBytes: 480 * MiB, MemoryFreeBytes: 81079 * MiB, MemoryUtilization: 0,
            PowerEnforcedLimitWatts: 700, EccCorrected: 0, EccUncorrected: 0, FabricState: null, FabricStatus: null,
            Engines: { Encoder: 0, Decoder: 0, Jpeg: 0, Ofa: 0 }, Pcie: { Generation: 5, MaxGeneration: 5, Width: 16, MaxWidth: 16 },
        })),
        ["h100-live/load.query-gpu.csv"] = query => One(query, gpu => Assert.True(gpu is
        {
            MemoryTemperatureCelsius: 54, TemperatureCelsius: 60, MemoryUtilization: 0.30, Utilization: 1, PowerDrawWatts: 699.13,
        })),
        ["captures/win-*"] = query => One(query, gpu => Assert.True(gpu is { MemoryUsedBytes: > 0, Utilization: not null, FanRatio: not null })),
        ["threads/gb10-dgx-spark.query-gpu.memory.csv"] = NoMemory,
        ["threads/gb10-dgx-spark.query-gpu.header-memory.csv"] = NoMemory,
        ["threads/gb10-dgx-spark.query-gpu.memory-only.csv"] = NoMemory,
        ["threads/gb10-dgx-spark.query-gpu.util-memory.csv"] = query => { NoMemory(query); Assert.Null(query.Gpus[0].Utilization); },
        ["threads/gb10-dgx-spark.query-gpu.inventory.csv"] = query =>
        {
            NoMemory(query);
            Assert.True(query.Gpus[0] is
            {
                TemperatureCelsius: 52, PciBusId: "0000000F:01:00.0", DriverVersion: "580.142", ComputeCapability: "12.1", PState: 0
            });
        },
        ["threads/gb10-dgx-spark.query-gpu.pcie.csv"] = query => Assert.Equal(
            (new Gpu { Index = 0, PciBusId = "0000000F:01:00.0" } with
            {
                Pcie = new PcieLink { Generation = 1, MaxGeneration = 1, Width = 1, MaxWidth = 16 },
            }).ToString(),
            Bare(query)),
        ["threads/gb10-dgx-spark.query-gpu.six-columns.csv"] = query => { NoMemory(query); Assert.Equal(0, query.Gpus[0].Utilization); },
        ["threads/jetson-orin.query-gpu.csv"] = query => Assert.Equal(
            new Gpu { Index = 0, Name = "Orin (nvgpu)", MemoryNotSupported = true }.ToString(), Bare(query)),
        ["threads/wsl2-rtx4070tis.query-gpu.csv"] = query =>
            One(query, gpu => Assert.True(gpu is { MemoryUsedBytes: 14360 * MiB, MemoryTotalBytes: 16376 * MiB })),
        ["threads/rtx2080ti-win.query-gpu.unknown-error.csv"] = query => One(query, gpu => Assert.True(gpu is
        {
            Name: "GeForce RTX 2080 Ti", Utilization: 1, TemperatureCelsius: 56, PowerDrawWatts: 228.82, PowerLimitWatts: 210, FanRatio: 0.56,
            Clocks: { Graphics: 1560e6, Memory: 6800e6 },
        })),
        ["threads/8x-gtx1080ti.query-gpu.unknown-error.csv"] = query =>
        {
            Assert.Equal(8, query.Gpus.Count);
            Assert.True(query.Gpus[0] is { FanRatio: null, Utilization: 0.53, PowerDrawWatts: 123, PState: 2, Clocks.Graphics: 1746e6 });
            Assert.All(query.Gpus.Skip(1), gpu => Assert.NotNull(gpu.FanRatio));
        },
        ["threads/h100-needs-reset.query-gpu.csv"] = query => One(query, gpu => Assert.True(gpu is
        {
            Index: 0, Fault: GpuFault.ResetRequired, TemperatureCelsius: null, Utilization: null, MemoryUsedBytes: null,
        })),
        ["threads/8x-h200.query-gpu.inventory.csv"] = query => Eight(query, gpu =>
            Assert.True(gpu is { DriverVersion: "570.211.01", PowerLimitWatts: 700, PState: 0 })),
        ["threads/8x-h200.query-gpu.noheader-units.csv"] = query => Eight(query, gpu => Assert.True(gpu is { Utilization: 0, MemoryUsedBytes: MiB })),
        ["threads/8x-h100.query-gpu.csv"] = query => Eight(query, gpu => Assert.Equal(81559 * MiB, gpu.MemoryTotalBytes)),
        ["threads/8x-a100.query-gpu.csv"] = query => Eight(query, gpu => Assert.NotNull(gpu.Utilization)),
        ["threads/dgx-station-a100.query-gpu.csv"] = query => Assert.Equal(
            "NVIDIA DGX Display", Assert.Single(query.Gpus.Take(5), gpu => gpu.Index == 3).Name),
        ["errors/gpu-lost.stdout.txt"] = query => Assert.Equal(["00000000:1A:00.0"], OnlyLost(query)),
        ["errors/device-handle-unknown-error.stdout.txt"] = query => Assert.Equal(["00000000:0B:00.0"], OnlyLost(query)),
        ["synthetic/projected/*"] = query => One(query, gpu => Assert.True(gpu is { Index: 0, MemoryTotalBytes: > 0, PowerLimitWatts: > 0 })),
        ["synthetic/windows-crlf.exporter.csv"] = query => One(query, gpu => Assert.Equal("610.62", gpu.DriverVersion)),
        ["synthetic/gb10-dgx-spark.exporter.idle.csv"] = query => { Gb10(query); Assert.Equal(11.02, query.Gpus[0].PowerDrawWatts); },
        ["synthetic/gb10-dgx-spark.exporter.busy.csv"] = Gb10,
        ["synthetic/gb10-dgx-spark.exporter.not-supported.csv"] = Gb10,
        ["synthetic/8x-h100-gpu3-lost-cells.exporter.csv"] = query =>
        {
            Assert.Equal(8, query.Gpus.Count);
            Assert.True(query.Gpus[3] is { Index: 3, Uuid: null, Fault: GpuFault.Lost, MemoryTotalBytes: null });
            Assert.Equal(7, query.Gpus.Count(gpu => gpu.Fault is null));
        },
        ["synthetic/gpu-requires-reset.exporter.csv"] = query =>
        {
            Assert.Null(query.Gpus[0].Fault);
            Assert.True(
                query.Gpus[1] is { Fault: GpuFault.ResetRequired, Utilization: null, MemoryUsedBytes: null, PState: null, PowerLimitWatts: 700 });
        },
        ["synthetic/inforom-warning.exporter.txt"] = query =>
        {
            Assert.Single(query.Gpus);
            Assert.Empty(query.UnparsedLines);
            Assert.Equal(["WARNING: infoROM is corrupted at gpu 0000:3B:00.0"], query.Warnings);
        },
        ["synthetic/truncated-mid-row.exporter.csv"] = query =>
        {
            Assert.Equal(0, Assert.Single(query.Gpus).Index);
            Assert.Single(query.UnparsedLines);
        },
        ["synthetic/rtx-3090.exporter.csv"] = query => One(query, gpu =>
        {
            Assert.True(gpu is
            {
                MemoryTotalBytes: 24576 * MiB, MemoryUsedBytes: MiB, TemperatureCelsius: 37, PowerDrawWatts: 27.23, PowerLimitWatts: 200, FanRatio: 0
            });
            Assert.Equal("gpu_idle", Assert.Single(gpu.ThrottleReasons, reason => reason.Active).Reason);
            Assert.Equal(8, gpu.ThrottleReasons.Count);
        }),
    };

    private static readonly Dictionary<string, (CollectorFailure Reason, string Words)> Failures = new()
    {
        ["errors/driver-not-loaded.stdout.txt"] = (CollectorFailure.Driver, "couldn't communicate with the NVIDIA driver"),
        ["errors/wsl-driver-not-loaded.stdout.txt"] = (CollectorFailure.Driver, "couldn't communicate with the NVIDIA driver"),
        ["errors/wsl-gpu-access-blocked.stdout.txt"] = (CollectorFailure.Driver, "blocked by the operating system"),
        ["errors/version-mismatch.stdout.txt"] = (CollectorFailure.Driver, "Driver/library version mismatch"),
        ["errors/no-devices.stdout.txt"] = (CollectorFailure.Driver, "No devices were found"),
        ["errors/no-supported-gpus.stdout.txt"] = (CollectorFailure.Driver, "No supported GPUs were found"),
        ["errors/invalid-field.stdout.txt"] = (CollectorFailure.Driver, "\"cuda_version\" is not a valid field"),
        ["errors/invalid-field-gb10.stdout.txt"] = (CollectorFailure.Driver, "\"clocks.applications.sm\" is not a valid field"),
        ["errors/option-not-recognized.stdout.txt"] = (CollectorFailure.Driver, "Option noheader is not recognized"),
        ["errors/command-not-found.bash.stderr.txt"] = (CollectorFailure.ToolMissing, "command not found"),
        ["errors/command-not-found.bash-short.stderr.txt"] = (CollectorFailure.ToolMissing, "command not found"),
        ["errors/command-not-found.dash.stderr.txt"] = (CollectorFailure.ToolMissing, "not found"),
        // The table for people has no rows; its warning along with rows is in synthetic/inforom-warning.
        ["errors/inforom-corrupted.table.stdout.txt"] = (CollectorFailure.Parse, "unexpected output"),
        ["synthetic/empty.stdout.txt"] = (CollectorFailure.Parse, "no output"),
    };

    public static TheoryData<string> Files => [.. GpuManifest.Queries.Select(fixture => fixture.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Queries_match_the_manifest(string file)
    {
        var fixture = GpuManifest.Get(file);
        if (Failures.TryGetValue(file, out var expected))
        {
            var failure = Assert.Throws<ToolFailureException>(() => GpuQuery.Parse(fixture.Text, fixture.Fields));
            Assert.Equal(expected.Reason, failure.Reason);
            Assert.Contains(expected.Words, failure.Message, StringComparison.Ordinal);
            return;
        }

        var key = Assert.Single(Answers.Keys, key => key.EndsWith('*') ? file.StartsWith(key[..^1], StringComparison.Ordinal) : file == key);
        Answers[key](GpuQuery.Parse(fixture.Text, fixture.Fields));
    }

    [Theory]
    [InlineData("GPU 0000:1A:00.0: Unknown Error", "00000000:1A:00.0")]
    [InlineData("GPU0: 0000:1A:00.0: Unknown Error", "00000000:1A:00.0")]
    [InlineData("GPU0000:1A:00.0: GPU is lost.", "00000000:1A:00.0")]
    [InlineData("GPU 3: Unknown Error", "3")]
    public void A_lost_gpu_is_listed_once_in_every_spelling(string words, string lost)
    {
        var line = $"Unable to determine the device handle for {words}\n";
        var query = GpuQuery.Parse($"{line}1, NVIDIA H100, 5\n{line}", ["index", "name", "utilization.gpu"]);
        Assert.Equal([lost], query.Lost);
        Assert.Equal(1, Assert.Single(query.Gpus).Index);
    }

    [Theory]
    [InlineData("bash: /usr/bin/nvidia-smi: Permission denied", CollectorFailure.Permission)]
    [InlineData("Failed to initialize NVML: Insufficient Permissions", CollectorFailure.Permission)]
    [InlineData("'nvidia-smi' is not recognized as an internal or external command,", CollectorFailure.ToolMissing)]
    [InlineData("Failed to initialize NVML: Not Found", CollectorFailure.Driver)]
    [InlineData("Unable to determine the device handle for GPU: Unknown Error", CollectorFailure.DeviceLost)]
    [InlineData("Welcome to Ubuntu", CollectorFailure.Parse)]
    public void An_error_message_alone_is_a_failure_with_its_reason(string sentence, CollectorFailure reason)
    {
        Assert.Equal(reason, Assert.Throws<ToolFailureException>(() => GpuQuery.Parse(sentence, ["index"])).Reason);
        Assert.Equal(reason, Assert.Throws<ToolFailureException>(() => GpuProcesses.Parse(sentence, GpuProcesses.Fields)).Reason);
        Assert.Equal(reason, Assert.Throws<ToolFailureException>(() => GpuDetails.Parse(sentence)).Reason);
    }

    [Theory]
    [InlineData("Welcome, dear user")]
    [InlineData("NVIDIA GB10, 0, 5")]
    [InlineData("0, NVIDIA, GB10, 5")]
    public void A_line_with_misplaced_cells_is_unparsed(string line)
    {
        var query = GpuQuery.Parse($"{line}\n1, NVIDIA GB10, 7", ["index", "name", "utilization.gpu"]);
        Assert.Equal([line], query.UnparsedLines);
        Assert.Equal(0.07, Assert.Single(query.Gpus).Utilization);
    }

    private static void One(GpuQuery query, Action<Gpu> assert)
    {
        Assert.Empty(query.UnparsedLines);
        assert(Assert.Single(query.Gpus));
    }

    private static void Eight(GpuQuery query, Action<Gpu> assert)
    {
        Assert.Equal(Enumerable.Range(0, 8).Cast<int?>(), query.Gpus.Select(gpu => gpu.Index));
        Assert.All(query.Gpus, assert);
    }

    private static void Core(GpuQuery query) => One(query, gpu => Assert.True(gpu is
    {
        FanRatio: null, Index: 0, Uuid: not null, Name: not null, DriverVersion: "590.48.01", PciBusId: not null,
        ComputeCapability: "9.0", PState: not null, Utilization: not null, MemoryTotalBytes: > 80e9, MemoryUsedBytes: not null,
        TemperatureCelsius: not null, PowerDrawWatts: not null, PowerLimitWatts: 700,
        Clocks: { Sm: > 0, Memory: > 0, Graphics: > 0, Video: > 0, MaxSm: > 0, MaxMemory: > 0, MaxGraphics: > 0 },
        ThrottleReasons.Count: 8, EccUncorrected: 0, RecoveryAction: "None", MigEnabled: false, Fault: null,
        MemoryTemperatureCelsius: > 20, FabricState: "Completed", FabricStatus: "Success", Pcie: { Generation: 5, Width: 16 },
    }));

    private static void NoMemory(GpuQuery query) =>
        One(query, gpu => Assert.True(gpu is { MemoryTotalBytes: null, MemoryUsedBytes: null, Fault: null }));

    private static void Gb10(GpuQuery query)
    {
        NoMemory(query);
        Assert.True(
            query.Gpus[0] is { PowerLimitWatts: null, FanRatio: null, PowerDrawWatts: > 10, TemperatureCelsius: > 40, Utilization: not null });
    }

    private static IReadOnlyList<string> OnlyLost(GpuQuery query)
    {
        Assert.Empty(query.Gpus);
        return query.Lost;
    }

    private static string Bare(GpuQuery query) => (Assert.Single(query.Gpus) with { ThrottleReasons = new Gpu().ThrottleReasons }).ToString();
}
