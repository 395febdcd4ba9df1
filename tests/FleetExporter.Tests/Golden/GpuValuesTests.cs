namespace FleetExporter.Tests.Golden;

/// <summary>Values of captures on the page, and what has no sample because the driver does not report it.</summary>
public sealed class GpuValuesTests
{
    private const double MiB = 1024 * 1024;

    [Theory]
    [InlineData("h100-580-load", "memory_temperature_celsius", 54)]
    [InlineData("h100-580-load", "memory_utilization_ratio", 0.3)]
    [InlineData("h100-580-load", "memory_free_bytes", 79685 * MiB)]
    [InlineData("h100-580-load", "memory_reserved_bytes", 480 * MiB)]
    [InlineData("h100-580-load", "pcie_link_generation", 5)]
    [InlineData("h100-580-load", "pcie_link_generation_max", 5)]
    [InlineData("h100-580-load", "pcie_link_width", 16)]
    [InlineData("h100-580-load", "pcie_link_width_max", 16)]
    [InlineData("h100-580-load", "power_enforced_limit_watts", 700)]
    [InlineData("h100-580-load", "ecc_corrected_total", 0)]
    [InlineData("h100-580-load", "pcie_replays_total", 0)]
    [InlineData("h100-580-load", "bar1_memory_used_bytes", 13428 * MiB)]
    [InlineData("h100-580-load", "bar1_memory_total_bytes", 131072 * MiB)]
    [InlineData("h100-580-load", "remapped_rows_total{correctable}", 0)]
    [InlineData("h100-580-load", "remapped_rows_total{uncorrectable}", 0)]
    [InlineData("h100-580-load", "row_remapping_pending", 0)]
    [InlineData("h100-580-load", "row_remapping_failed", 0)]
    [InlineData("rtx2080s-linux-595-load", "encoder_utilization_ratio", 1)]
    [InlineData("rtx2080s-linux-595-load", "decoder_utilization_ratio", 0)]
    [InlineData("rtx2080s-linux-595-load", "jpeg_utilization_ratio", 0)]
    [InlineData("rtx2080s-linux-595-load", "ofa_utilization_ratio", 0)]
    [InlineData("h100-idle", "fabric_state{completed}", 1)]
    [InlineData("h100-idle", "fabric_state{failed}", 0)]
    [InlineData("fabric-failed", "fabric_state{failed}", 1)]
    [InlineData("fabric-failed", "fabric_state{completed}", 0)]
    [InlineData("t4-details", "retired_pages_total{single_bit}", 0)]
    [InlineData("t4-details", "retired_pages_total{double_bit}", 0)]
    [InlineData("t4-details", "retired_pages_pending", 0)]
    [InlineData("a100-details", "mig_bar1_memory_total_bytes{3}", 32767 * MiB)]
    [InlineData("a100-details", "mig_bar1_memory_used_bytes{3}", 0)]
    [InlineData("a100-details", "mig_ecc_sram_uncorrected_total{3}", 0)]
    public async Task A_value_is_that_of_the_capture(string host, string series, double value)
    {
        var parts = series.Split('{', '}');
        var sample = Assert.Single(
            PageText.Samples(await GoldenHost.PageAsync(host)),
            s => s.Name == "fleet_gpu_" + parts[0]
                && (parts.Length == 1 || s.Series.EndsWith($"=\"{parts[1]}\"}}", StringComparison.Ordinal)));
        Assert.Equal(value, sample.Value);
    }

    [Theory]
    [InlineData("gb10-busy", "memory_temperature_celsius memory_utilization_ratio memory_reserved_bytes ecc_corrected_total fabric_state")]
    [InlineData("gb10-busy", "pcie_link_generation pcie_link_generation_max pcie_link_width pcie_link_width_max power_enforced_limit_watts")]
    [InlineData("gb10-busy", "encoder_utilization_ratio decoder_utilization_ratio jpeg_utilization_ratio ofa_utilization_ratio")]
    [InlineData("gb10-busy", "pcie_replays_total bar1_memory_used_bytes bar1_memory_total_bytes remapped_rows_total retired_pages_total")]
    [InlineData("gb10-busy", "row_remapping_pending row_remapping_failed retired_pages_pending mig_bar1_memory_used_bytes")]
    [InlineData("rtx2080s-linux-610-load", "memory_temperature_celsius ecc_corrected_total fabric_state pcie_replays_total")]
    [InlineData("rtx3090", "remapped_rows_total retired_pages_total row_remapping_pending row_remapping_failed retired_pages_pending")]
    [InlineData("l40s-load", "memory_temperature_celsius fabric_state")]
    [InlineData("h100-580-load", "fabric_state retired_pages_total retired_pages_pending mig_ecc_sram_uncorrected_total mig_bar1_memory_total_bytes")]
    [InlineData("h100-mig-load", "memory_utilization_ratio encoder_utilization_ratio decoder_utilization_ratio jpeg_utilization_ratio")]
    [InlineData("a100-details", "remapped_rows_total row_remapping_pending row_remapping_failed retired_pages_total retired_pages_pending")]
    [InlineData("t4-details", "remapped_rows_total row_remapping_pending row_remapping_failed")]
    [InlineData("gpu-requires-reset", "memory_reserved_bytes memory_free_bytes memory_temperature_celsius")]
    public async Task What_the_driver_does_not_report_has_no_sample(string host, string families)
    {
        var page = PageText.Samples(await GoldenHost.PageAsync(host));

        Assert.Empty(page.Select(s => s.Name).Intersect(families.Split(' ').Select(f => "fleet_gpu_" + f)));
    }
}
