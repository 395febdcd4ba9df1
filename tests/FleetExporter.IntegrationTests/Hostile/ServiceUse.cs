using System.Globalization;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>Memory and disk use of the exporter in bytes.</summary>
/// <param name="Resident">VmRSS of its process.</param>
/// <param name="Disk">Sizes of all files in its data_dir.</param>
internal sealed record ServiceUse(long Resident, long Disk)
{
    /// <summary>Memory that one attack may leave behind.</summary>
    public const long MaxGrowth = 50 * Mebi;

    private const long Mebi = 1024 * 1024;

    /// <param name="before">Before an attack; this is after it.</param>
    /// <param name="quiet">Before all attacks.</param>
    public void Check(ServiceUse before, Figures quiet)
    {
        var grown = Resident - before.Resident;
        Assert.True(grown < MaxGrowth, $"{grown / Mebi} MiB of memory are left");
        Assert.True(Resident - quiet.MaxResident < 192 * Mebi, $"all attacks so far have left {Resident / Mebi} MiB, {quiet}");
        Assert.True(Disk - before.Disk < Mebi, $"data_dir grew from {before.Disk} to {Disk} bytes");
    }

    public static ServiceUse Of(int pid, string dataDir)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return new ServiceUse(
            long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024,
            new DirectoryInfo(dataDir).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0));
    }
}
