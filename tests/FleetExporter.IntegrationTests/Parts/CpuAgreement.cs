namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Compares the service's CPU figures with /proc/stat over the same seconds, while one CPU is kept busy.</summary>
internal static class CpuAgreement
{
    private const double Tolerance = 0.05;

    public static async Task CheckAsync(Exporter exporter)
    {
        await using var recorder = new CpuRecorder();
        await using var load = Child.Start("timeout", ["30", "sh", "-c", "while :; do :; done"]);
        var first = await exporter.UntilAsync("host answers while recorded", p => recorder.Busy(At(p) - 1, At(p)) is not null);
        var last = await exporter.UntilAsync("two polls later", p => At(p) - At(first) > 3.5 && recorder.Busy(At(first), At(p)) is not null);
        Near(recorder.Busy(At(first), At(last))!.Value, Busy(first, last), "fleet_host_cpu_seconds_total");

        // cpu_percent is over the last interval: the one between two successive times of success.
        for (var tries = 0; ; tries++)
        {
            var before = await exporter.PageAsync();
            var after = await exporter.UntilAsync("the next poll", p => At(p) > At(before));
            var percent = (await exporter.HostAsync()).Number("cpu_percent");
            await Until.TrueAsync(() => recorder.Busy(At(before), At(after)) is not null, "it is recorded", () => "");
            if (At(await exporter.PageAsync()) == At(after) && At(after) - At(before) < 3)
            {
                Near(recorder.Busy(At(before), At(after))!.Value, percent!.Value / 100, "cpu_percent");
                return;
            }

            Assert.True(tries < 5, "no two successive polls were seen");
        }
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) < Tolerance, $"{what}: {actual:P1} of the CPUs busy, /proc/stat says {expected:P1}");

    private static double At(Page page) => page.Find("fleet_collector_last_success_timestamp_seconds", ("collector", "host")) ?? 0;

    private static double Busy(Page from, Page until)
    {
        var spent = until.Of("fleet_host_cpu_seconds_total")
            .ToDictionary(s => s["mode"], s => s.Value - from.Value("fleet_host_cpu_seconds_total", ("mode", s["mode"])));
        return 1 - ((spent["idle"] + spent["iowait"]) / spent.Values.Sum());
    }
}
