using FleetExporter.Parsing;
using FleetExporter.Tests.Parsing;
using FleetExporter.Views;

namespace FleetExporter.Tests.Views;

/// <summary>A GPU in the API, of captures.</summary>
public sealed class GpuViewTests
{
    [Fact]
    public void A_GPU_has_what_its_driver_reports()
    {
        var (fields, rows) = Captures.Query("h100-live/load");
        var detail = GpuDetails.Parse(Captures.Read("h100-live/load.q.xml")).Gpus[0];
        var gpu = GpuQuery.Parse(rows, fields).Gpus[0] with { RemappedRows = detail.RemappedRows, RetiredPages = detail.RetiredPages };

        var view = GpuView.Of(gpu, []);

        Assert.Equal(
            (54, 79685, 30, 0, 0, 700, 0, 0),
            (view.MemoryTemperatureC, view.MemoryFreeMb, view.MemoryUtilizationPercent, view.EncoderUtilizationPercent,
                view.DecoderUtilizationPercent, view.PowerEnforcedLimitWatts, view.EccCorrected, view.EccUncorrected));
        Assert.Equal(new PcieLinkView(5, 5, 16, 16), view.Pcie);
        Assert.Equal(new MemoryRepairsView(0, false, false, null, null), view.MemoryRepairs);
    }

    [Fact]
    public void What_the_driver_does_not_report_is_null()
    {
        var fixture = "synthetic/gb10-dgx-spark.exporter.busy.csv";
        var view = GpuView.Of(GpuQuery.Parse(Captures.Read(fixture), GpuManifest.Get(fixture).Fields).Gpus[0], []);

        Assert.Equal(
            (null, null, null, null, null, null, null, null),
            (view.MemoryTemperatureC, view.MemoryFreeMb, view.MemoryUtilizationPercent, view.EncoderUtilizationPercent,
                view.DecoderUtilizationPercent, view.PowerEnforcedLimitWatts, view.EccCorrected, view.EccUncorrected));
        Assert.Null(view.Pcie);
        Assert.Null(view.MemoryRepairs);
    }

    [Fact]
    public void Repairs_of_both_kinds_are_summed()
    {
        var gpu = new Gpu
        {
            RemappedRows = new RemappedRows { Correctable = 2, Uncorrectable = 1, Pending = true, Failed = false },
            RetiredPages = new RetiredPages { SingleBit = 4, DoubleBit = 3, Pending = true },
        };

        Assert.Equal(new MemoryRepairsView(3, true, false, 7, true), GpuView.Of(gpu, []).MemoryRepairs);
    }
}
