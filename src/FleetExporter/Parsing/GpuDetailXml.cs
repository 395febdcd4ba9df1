using System.Globalization;
using System.Xml.Linq;

namespace FleetExporter.Parsing;

/// <summary>Reads a <c>gpu</c> element of <c>nvidia-smi -q -x</c>. Children, not descendants: mig_devices has the same names.</summary>
internal static class GpuDetailXml
{
    public static GpuDetail Read(XElement gpu, int position)
    {
        var temperature = gpu.Element("temperature");
        var pci = gpu.Element("pci");
        var bar1 = gpu.Element("bar1_memory_usage");
        var bus = Cell.Text(gpu.Attribute("id")?.Value) ?? Cell.Text(Value(pci, "pci_bus_id"));
        return new GpuDetail
        {
            Position = position,
            Uuid = Cell.Text(Value(gpu, "uuid")),
            PciBusId = bus is null ? null : PciBusId.Normalise(bus) ?? bus,
            SlowdownCelsius = Limit(temperature, "slow"),
            ShutdownCelsius = Limit(temperature, "max"),
            TargetCelsius = Cell.Celsius(Value(temperature, "gpu_target_temperature")),
            PcieReplays = Cell.Count(Value(pci, "replay_counter")),
            Bar1TotalBytes = Cell.Bytes(Value(bar1, "total")),
            Bar1UsedBytes = Cell.Bytes(Value(bar1, "used")),
            RemappedRows = Remapped(gpu.Element("remapped_rows")),
            RetiredPages = Retired(gpu.Element("retired_pages")),
            Slices =
            [
                .. TakeLimited(gpu.Element("mig_devices")?.Elements("mig_device") ?? [], RemoteLimits.MigSlices, "MIG slices of a GPU").Select(Slice),
            ],
        };
    }

    public static List<XElement> TakeLimited(IEnumerable<XElement> elements, int max, string what)
    {
        List<XElement> all = [.. elements.Take(max + 1)];
        RemoteLimits.Check(all.Count, max, what);
        return all;
    }

    private static RemappedRows Remapped(XElement? rows) => new()
    {
        Correctable = Cell.Count(Value(rows, "remapped_row_corr")),
        Uncorrectable = Cell.Count(Value(rows, "remapped_row_unc")),
        Pending = YesNo(rows, "remapped_row_pending"),
        Failed = YesNo(rows, "remapped_row_failure"),
    };

    private static RetiredPages Retired(XElement? pages) => new()
    {
        SingleBit = Cell.Count(Value(pages?.Element("multiple_single_bit_retirement"), "retired_count")),
        DoubleBit = Cell.Count(Value(pages?.Element("double_bit_retirement"), "retired_count")),
        Pending = YesNo(pages, "pending_retirement") ?? YesNo(pages, "pending_blacklist"),
    };

    private static MigSlice Slice(XElement slice, int position)
    {
        var memory = slice.Element("fb_memory_usage");
        var bar1 = slice.Element("bar1_memory_usage");
        var index = Cell.Integer(Value(slice, "index")) ?? position;
        return new MigSlice(
            index.ToString(CultureInfo.InvariantCulture),
            Cell.Integer(Value(slice, "gpu_instance_id")),
            Cell.Integer(Value(slice, "compute_instance_id")),
            Cell.Bytes(Value(memory, "total")),
            Cell.Bytes(Value(memory, "used")))
        {
            Bar1TotalBytes = Cell.Bytes(Value(bar1, "total")),
            Bar1UsedBytes = Cell.Bytes(Value(bar1, "used")),
            SramUncorrected = Cell.Count(Value(slice.Element("ecc_error_count")?.Element("volatile_count"), "sram_uncorrectable")),
        };
    }

    private static double? Limit(XElement? temperature, string kind)
    {
        double? Celsius(string name) => Cell.Celsius(Value(temperature, name));
        return Celsius($"gpu_temp_{kind}_threshold")
            ?? Celsius("gpu_temp") + Celsius("gpu_temp_tlimit") - Celsius($"gpu_temp_{kind}_tlimit_threshold");
    }

    private static bool? YesNo(XElement? parent, string name) => Cell.Flag(Value(parent, name), "Yes", "No");

    private static string? Value(XElement? parent, string name) => parent?.Element(name)?.Value;
}
