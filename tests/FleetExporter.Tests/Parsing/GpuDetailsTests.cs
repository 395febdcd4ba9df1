using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class GpuDetailsTests
{
    private const double MiB = 1024 * 1024;

    [Theory]
    [InlineData("xml/telegraf-a100-sxm4-v12.q.xml", "535.54.03", "12.2", 89, 92, null)]
    [InlineData("xml/telegraf-a10g.q.xml", "515.105.01", "11.7", 95, 98, null)]
    [InlineData("xml/telegraf-gtx-1070-ti.q.xml", null, null, null, null, null)]
    [InlineData("xml/telegraf-gtx-1660-ti.q.xml", "418.43", "10.1", 93, 96, null)]
    [InlineData("xml/telegraf-quadro-p2000-v12.q.xml", "525.125.06", "12.0", 101, 104, 83)]
    [InlineData("xml/telegraf-quadro-p400.q.xml", "418.43", "10.1", 100, 103, null)]
    [InlineData("xml/telegraf-rtx-3060-v12.q.xml", "570.124.04", "12.8", 95, 98, 83)]
    [InlineData("xml/telegraf-rtx-3080-v12.q.xml", "536.40", "12.2", 95, 98, 91)]
    [InlineData("xml/telegraf-rtx-3080-v13.q.xml", "595.58.03", "13.2", 95, 98, 83)]
    [InlineData("xml/telegraf-rtx-3090-v12.q.xml", "525.147.05", "12.0", 95, 98, 83)]
    [InlineData("xml/telegraf-rtx-4000-sff-ada-v13.q.xml", "595.84", "13.2", 89, 94, 88)]
    [InlineData("xml/telegraf-tesla-t4.q.xml", "515.105.01", "11.7", 93, 96, null)]
    [InlineData("h100-live/idle.q.xml", "580.159.04", "13.0", 89, 95, null)]
    [InlineData("h100-live/load.q.xml", "580.159.04", "13.0", 81, 87, null)]
    [InlineData("synthetic/gb10-dgx-spark.q.xml", "580.126.09", "13.0", null, null, null)]
    public void Parse_Xml_VersionsAndLimits(string file, string? driver, string? cuda, int? slowdown, int? shutdown, int? target)
    {
        var details = GpuDetails.Parse(Captures.Read(file));
        Assert.Equal((driver, cuda), (details.DriverVersion, details.CudaVersion));
        var gpu = Assert.Single(details.Gpus);
        Assert.Equal<(double?, double?, double?)>((slowdown, shutdown, target), (gpu.SlowdownCelsius, gpu.ShutdownCelsius, gpu.TargetCelsius));
        Assert.NotNull(gpu.Uuid);
        Assert.NotNull(gpu.PciBusId);
    }

    [Fact]
    public void Every_xml_fixture_is_asserted_above()
    {
        var asserted = typeof(GpuDetailsTests).GetMethod(nameof(Parse_Xml_VersionsAndLimits))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>().Select(row => (string)row.Data[0]!);
        Assert.Equal(GpuManifest.Xml.Select(fixture => fixture.File).Order(), asserted.Order());
    }

    [Fact]
    public void A_cards_slices_have_their_own_memory()
    {
        var slices = GpuDetails.Parse(Captures.Read("xml/telegraf-a100-sxm4-v12.q.xml")).Gpus[0].Slices;
        Assert.Equal(["0", "1", "2", "3"], slices.Select(slice => slice.Index));
        Assert.Equal([3, 4, 5, 6], slices.Select(slice => slice.GpuInstance!.Value));
        Assert.All(slices, slice => Assert.Equal((0, 19968 * MiB, 12 * MiB), (slice.ComputeInstance, slice.MemoryTotalBytes, slice.MemoryUsedBytes)));
    }

    [Fact]
    public void A_slice_has_its_own_BAR1_and_errors() => Assert.All(
        GpuDetails.Parse(Captures.Read("xml/telegraf-a100-sxm4-v12.q.xml")).Gpus[0].Slices,
        slice => Assert.Equal((32767 * MiB, 0, 0), (slice.Bar1TotalBytes, slice.Bar1UsedBytes, slice.SramUncorrected)));

    [Theory]
    [InlineData("h100-live/idle.q.xml", 131072, 1)]
    [InlineData("h100-live/load.q.xml", 131072, 13428)]
    [InlineData("xml/telegraf-a10g.q.xml", 32768, 1)]
    [InlineData("xml/telegraf-rtx-4000-sff-ada-v13.q.xml", 32768, 3732)]
    public void A_board_with_ECC_has_remapped_rows_and_no_retired_pages(string file, double bar1Total, double bar1Used)
    {
        var gpu = Gpu(file);
        Assert.Equal((bar1Total * MiB, bar1Used * MiB, 0), (gpu.Bar1TotalBytes, gpu.Bar1UsedBytes, gpu.PcieReplays));
        Assert.Equal(new RemappedRows { Correctable = 0, Uncorrectable = 0, Pending = false, Failed = false }, gpu.RemappedRows);
        Assert.Equal(new RetiredPages(), gpu.RetiredPages);
    }

    [Fact]
    public void A_board_before_Ampere_has_retired_pages_and_no_remapped_rows()
    {
        var gpu = Gpu("xml/telegraf-tesla-t4.q.xml");
        Assert.Equal(new RetiredPages { SingleBit = 0, DoubleBit = 0, Pending = false }, gpu.RetiredPages);
        Assert.Equal(new RemappedRows(), gpu.RemappedRows);
    }

    [Theory]
    [InlineData("xml/telegraf-rtx-3090-v12.q.xml")]
    [InlineData("xml/telegraf-gtx-1660-ti.q.xml")]
    [InlineData("synthetic/gb10-dgx-spark.q.xml")]
    [InlineData("xml/telegraf-gtx-1070-ti.q.xml")]
    public void A_board_without_ECC_has_neither(string file)
    {
        var gpu = Gpu(file);
        Assert.Equal((new RemappedRows(), new RetiredPages()), (gpu.RemappedRows, gpu.RetiredPages));
    }

    [Theory]
    [InlineData("synthetic/gb10-dgx-spark.q.xml")]
    [InlineData("xml/telegraf-gtx-1070-ti.q.xml")]
    public void A_report_without_the_elements_has_no_values(string file)
    {
        var gpu = Gpu(file);
        Assert.Equal((null, null, null), (gpu.Bar1TotalBytes, gpu.Bar1UsedBytes, gpu.PcieReplays));
    }

    [Fact]
    public void Repairs_and_replays_are_counted()
    {
        var gpu = GpuDetails.Parse(
            "<nvidia_smi_log><gpu id='0'><pci><replay_counter>12</replay_counter></pci><retired_pages><multiple_single_bit_retirement>"
            + "<retired_count>3</retired_count></multiple_single_bit_retirement><double_bit_retirement><retired_count>1</retired_count>"
            + "</double_bit_retirement><pending_blacklist>Yes</pending_blacklist></retired_pages><remapped_rows>"
            + "<remapped_row_corr>4</remapped_row_corr><remapped_row_unc>2</remapped_row_unc><remapped_row_pending>Yes</remapped_row_pending>"
            + "<remapped_row_failure>Yes</remapped_row_failure></remapped_rows></gpu></nvidia_smi_log>").Gpus[0];
        Assert.Equal(12, gpu.PcieReplays);
        Assert.Equal(new RetiredPages { SingleBit = 3, DoubleBit = 1, Pending = true }, gpu.RetiredPages);
        Assert.Equal(new RemappedRows { Correctable = 4, Uncorrectable = 2, Pending = true, Failed = true }, gpu.RemappedRows);
    }

    [Fact]
    public void Limits_printed_as_margins_become_temperatures()
    {
        // The numbers of captures/linux-h200-590.48.01.load.q.txt.
        var gpu = GpuDetails.Parse(
            "<nvidia_smi_log><gpu id='00000000:19:00.0'><temperature><gpu_temp>52 C</gpu_temp><gpu_temp_tlimit>35 C</gpu_temp_tlimit>"
            + "<gpu_temp_max_tlimit_threshold>-8 C</gpu_temp_max_tlimit_threshold>"
            + "<gpu_temp_slow_tlimit_threshold>-2 C</gpu_temp_slow_tlimit_threshold>"
            + "<gpu_target_temperature>N/A</gpu_target_temperature></temperature></gpu></nvidia_smi_log>").Gpus[0];
        Assert.Equal((89, 95, null), (gpu.SlowdownCelsius, gpu.ShutdownCelsius, gpu.TargetCelsius));
    }

    [Theory]
    [InlineData("<cuda_version>Deprecated, see CUDA UMD version</cuda_version>", null)]
    [InlineData("<cuda_version>13.3 [Deprecated; will be removed in CUDA 14.0.]</cuda_version>", "13.3")]
    [InlineData("<cuda_version>Deprecated</cuda_version><cuda_umd_version>13.3</cuda_umd_version>", "13.3")]
    public void A_deprecated_version_is_read_from_its_new_element(string element, string? version) =>
        Assert.Equal(version, GpuDetails.Parse($"<nvidia_smi_log>{element}</nvidia_smi_log>").CudaVersion);

    [Fact]
    public void Lines_around_the_document_are_skipped()
    {
        var xml = Captures.Read("xml/telegraf-tesla-t4.q.xml");
        Assert.Equal(
            GpuOutcome.OfDetails(xml),
            GpuOutcome.OfDetails($"Welcome\nWARNING: infoROM\n{xml}\nWARNING: infoROM is corrupted at gpu 0000:3B:00.0\n"));
    }

    [Fact]
    public void A_truncated_document_is_malformed_with_its_line()
    {
        var failure = Assert.Throws<FormatException>(() => GpuDetails.Parse("<?xml version=\"1.0\" ?>\n<nvidia_smi_log>\n<gpu id=\"0"));
        Assert.StartsWith("malformed XML in line 3: <gpu id=\"0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entity_is_never_resolved() => Assert.Throws<FormatException>(() => GpuDetails.Parse(
        "<?xml version=\"1.0\"?><!DOCTYPE nvidia_smi_log [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><nvidia_smi_log>"
            + "<driver_version>&x;</driver_version></nvidia_smi_log>"));

    private static GpuDetail Gpu(string file) => Assert.Single(GpuDetails.Parse(Captures.Read(file)).Gpus);
}
