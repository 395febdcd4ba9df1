using FleetExporter.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Parsing;

/// <summary>
/// For any input, a parser returns a result or throws <see cref="FormatException"/>. <see cref="GpuOutcome"/> rejects NaN and infinities.
/// </summary>
public sealed class GpuPropertyTests
{
    private static readonly string[] Tokens =
    [
        "[N/A]", "N/A", "(empty)", "", "ERR!", "Not Supported", "[Not Supported]",
        "[Unknown Error]", "[Insufficient Permissions]", "[GPU requires reset]",
        "[GPU is lost]", "[Requested functionality has been deprecated]", "[0]", "NaN", "Infinity", "-Infinity", "1e999", "∞", "0x10", "--1", "1,5",
    ];

    private static readonly string[] Inserts =
        [
            .. Tokens, ",", ", ", "\n", "\r\n", "\"", "\0", "\ud800", "<", "</gpu>", "&x;", "]]>",
            "99999999999999999999999", "WARNING: x\n", "device handle for GPU", "-1", "."
        ];

    private static readonly IReadOnlyList<string> Wanted = [.. GpuFields.Wanted.Select(field => field.Name)];

    private static readonly FsCheck.Config Few = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(60);

    private static readonly Dictionary<string, Func<Gpu, object?>> Numbers = new()
    {
        ["index"] = gpu => gpu.Index,
        ["pstate"] = gpu => gpu.PState,
        ["utilization.gpu"] = gpu => gpu.Utilization,
        ["utilization.memory"] = gpu => gpu.MemoryUtilization,
        ["memory.total"] = gpu => gpu.MemoryTotalBytes,
        ["memory.used"] = gpu => gpu.MemoryUsedBytes,
        ["memory.free"] = gpu => gpu.MemoryFreeBytes,
        ["memory.reserved"] = gpu => gpu.MemoryReservedBytes,
        ["utilization.encoder"] = gpu => gpu.Engines.Encoder,
        ["utilization.decoder"] = gpu => gpu.Engines.Decoder,
        ["utilization.jpeg"] = gpu => gpu.Engines.Jpeg,
        ["utilization.ofa"] = gpu => gpu.Engines.Ofa,
        ["temperature.memory"] = gpu => gpu.MemoryTemperatureCelsius,
        ["enforced.power.limit"] = gpu => gpu.PowerEnforcedLimitWatts,
        ["pcie.link.gen.gpucurrent"] = gpu => gpu.Pcie.Generation,
        ["pcie.link.gen.max"] = gpu => gpu.Pcie.MaxGeneration,
        ["pcie.link.width.current"] = gpu => gpu.Pcie.Width,
        ["pcie.link.width.max"] = gpu => gpu.Pcie.MaxWidth,
        ["ecc.errors.corrected.aggregate.total"] = gpu => gpu.EccCorrected,
        ["temperature.gpu"] = gpu => gpu.TemperatureCelsius,
        ["power.draw"] = gpu => gpu.PowerDrawWatts,
        ["power.limit"] = gpu => gpu.PowerLimitWatts,
        ["fan.speed"] = gpu => gpu.FanRatio,
        ["clocks.current.sm"] = gpu => gpu.Clocks.Sm,
        ["clocks.current.memory"] = gpu => gpu.Clocks.Memory,
        ["clocks.current.graphics"] = gpu => gpu.Clocks.Graphics,
        ["clocks.current.video"] = gpu => gpu.Clocks.Video,
        ["clocks.max.sm"] = gpu => gpu.Clocks.MaxSm,
        ["clocks.max.memory"] = gpu => gpu.Clocks.MaxMemory,
        ["clocks.max.graphics"] = gpu => gpu.Clocks.MaxGraphics,
        ["ecc.errors.uncorrected.aggregate.total"] = gpu => gpu.EccUncorrected,
    };

    private static Gen<string> AnyText => ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "");

    [Fact]
    public void Any_text_is_parsed_or_rejected() => Check.One(Few, Prop.ForAll(AnyText.ToArbitrary(), text => Answer(text, Wanted)));

    [Fact]
    public void Any_list_of_cells_is_parsed_or_rejected()
    {
        var rows = Gen.Elements([.. Inserts, "0", "GPU-1", "P0", "5 MiB", "7 W"]).ArrayOf().Select(cells => string.Join(", ", cells));
        Check.One(Few, Prop.ForAll(rows.ToArbitrary(), text => Answer(text, ["index", "memory.used"])));
    }

    [Fact]
    public void Any_mutated_output_is_parsed_or_rejected()
    {
        var fixtures = GpuManifest.Queries.Concat(GpuManifest.Processes).Select(fixture => (fixture.Text, fixture.Fields)).ToArray();
        var mutants = Gen.Elements(fixtures).SelectMany(
            fixture => Mutations, (fixture, seeds) => (Text: Mutate(fixture.Text, seeds), fixture.Fields));
        Check.One(Few, Prop.ForAll(mutants.ToArbitrary(), mutant => Answer(mutant.Text, mutant.Fields)));
    }

    [Fact]
    public void Any_mutated_xml_or_help_is_parsed_or_rejected()
    {
        var texts = GpuManifest.Xml.Concat(GpuManifest.Help).Select(fixture => fixture.Text).ToArray();
        var mutants = Gen.Elements(texts).SelectMany(text => Mutations, Mutate);
        Check.One(Few.WithMaxTest(200), Prop.ForAll(mutants.ToArbitrary(), text =>
        {
            GpuOutcome.OfDetails(text);
            GpuOutcome.OfHelp(text);
        }));
    }

    [Fact]
    public void Any_mutated_kernel_log_is_parsed_or_rejected()
    {
        const string Log = "[12345.678901] NVRM: Xid (PCI:0000:3b:00): 79, pid=1234\n[12346.5] host kernel: NVRM: Xid (PCI:0000:3b:00.0): 13, x\n";
        Check.One(Few, Prop.ForAll(Mutations.Select(seeds => Mutate(Log, seeds)).ToArbitrary(), text => GpuOutcome.OfKernelLog(text)));
    }

    [Fact]
    public void A_missing_value_is_never_a_number()
    {
        var absent = Tokens.Where(token => !token.Contains(',', StringComparison.Ordinal)).ToArray();
        var cell = Gen.Frequency((1, Gen.Elements(absent)), (1, Gen.Constant("")));
        Check.One(Few, Prop.ForAll(Gen.ArrayOf(cell.Zip(Gen.Elements(true, false)), Wanted.Count).ToArbitrary(), picks =>
        {
            // These three distinguish a row from a banner, so invalid text in them makes the line unparsed; a missing value does not.
            string[] shape = ["index", "uuid", "pstate"];
            var cells = Wanted.Select((field, i) => picks[i].Item2 ? Good(field) : shape.Contains(field) ? "[N/A]" : picks[i].Item1).ToArray();
            var gpu = Assert.Single(GpuQuery.Parse(string.Join(", ", cells), Wanted).Gpus);
            foreach (var (field, value) in Numbers)
            {
                var present = cells[Wanted.ToList().IndexOf(field)] == Good(field);
                var isHidden = field is "memory.used" or "memory.free" or "memory.reserved" && gpu.Fault is not null;
                Assert.Equal(present && !isHidden, value(gpu) is not null);
            }
        }));
    }

    private static Gen<int[]> Mutations => Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), 9);

    private static string Good(string field) => field switch { "uuid" => "GPU-1", "pstate" => "P8", "mig.mode.current" => "Disabled", _ => "7" };

    private static void Answer(string text, IReadOnlyList<string> fields)
    {
        GpuOutcome.OfQuery(text, fields);
        GpuOutcome.OfProcesses(text, fields);
        GpuOutcome.OfProcesses(text, GpuProcesses.Fields);
        GpuOutcome.OfDetails(text);
        GpuOutcome.OfHelp(text);
        GpuOutcome.OfKernelLog(text);
        Assert.Contains(GpuRuntime.Of(text), GpuRuntime.All);
    }

    /// <summary>Up to three changes, each given by three numbers: kind, position, amount.</summary>
    private static string Mutate(string text, int[] seeds)
    {
        for (var i = 0; i + 2 < seeds.Length; i += 3)
        {
            var at = seeds[i + 1] % (text.Length + 1);
            text = (seeds[i] % 6) switch
            {
                0 => text[..at],
                1 => text[at..],
                2 => text.Remove(at, seeds[i + 2] % (text.Length - at + 1)),
                3 => text.Insert(at, Inserts[seeds[i + 2] % Inserts.Length]),
                4 => text.Replace("\n", "\r\n", StringComparison.Ordinal),
                _ => SwapCells(text, seeds[i + 1], seeds[i + 2]),
            };
        }

        return text;
    }

    private static string SwapCells(string text, int one, int other)
    {
        var cells = text.Split(',');
        (one, other) = (one % cells.Length, other % cells.Length);
        (cells[one], cells[other]) = (cells[other], cells[one]);
        return string.Join(',', cells);
    }
}
