using System.Globalization;

namespace FleetExporter.Tests.Polling;

/// <summary>A replayed host whose GPUs are read by loops of nvidia-smi, and what they print.</summary>
internal static class LoopHost
{
    public const string H100 = "GPU-00000000-0000-0000-0000-000000000000";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public static Task<ReplayFleet> StartAsync(Action<ReplayShell>? prepare = null) => ReplayFleet.StartAsync(prepare: fleet =>
    {
        fleet.Shell().HasLoops = true;
        prepare?.Invoke(fleet.Shell());
    });

    public static string Rows(params string[] rows) => "fields=index,uuid,utilization.gpu\n" + string.Join('\n', rows) + "\n";

    public static string Row(int second, string cells) => $"2026/11/27 12:{second / 60:00}:{second % 60:00}.000, {cells}\n";

    public static async Task PrintAsync(ReplayFleet fleet, int second, int celsius)
    {
        await PrintValuesAsync(fleet, second, celsius);
        await PrintAsync(fleet, "compute-apps", $"{H100}, 11327, /root/tools/memhog, 2566", second);
    }

    public static async Task PrintAsync(ReplayFleet fleet, string query, string row, int second)
    {
        await Assert.Single(fleet.Shell().Loops("--query-" + query)).PrintAsync(Row(second, row));
        await fleet.SettleAsync();
    }

    /// <summary>A sample of the H100 with all fields that were asked for.</summary>
    public static Task PrintValuesAsync(ReplayFleet fleet, int second, int celsius)
    {
        var command = Assert.Single(fleet.Shell().Loops("--query-gpu")).Command;
        var fields = command.Split('=', ' ')[2].Split(',').Skip(1);
        var cells = fields.Select(field => field switch
        {
            "index" => "0",
            "uuid" => H100,
            "temperature.gpu" => celsius.ToString(CultureInfo.InvariantCulture),
            _ => "[N/A]",
        });
        return PrintAsync(fleet, "gpu", string.Join(", ", cells), second);
    }

    public static IEnumerable<string> Values(ReplayFleet fleet, string family, string label = "") =>
        fleet.Series(family).Where(s => s.Contains(label, StringComparison.Ordinal)).Select(s => s.Split(' ')[^1]);
}
