using System.Globalization;
using System.Text;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A journal of systemd with lines of one unit, for machines on which no systemd runs.</summary>
internal static class TestJournal
{
    private const string Tool = "/lib/systemd/systemd-journal-remote";

    /// <summary>Writes the journal below the folder.</summary>
    /// <returns>The command that mounts it in a machine's own mount namespace: <see cref="SshServer.Setup"/>.</returns>
    public static async Task<string> WriteAsync(TestFolder folder, string unit, IReadOnlyList<string> lines)
    {
        var id = (await File.ReadAllTextAsync("/etc/machine-id")).Trim();
        var export = new StringBuilder();
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds() * 1000;
        for (var i = 0; i < lines.Count; i++)
        {
            export.Append(CultureInfo.InvariantCulture, $"__REALTIME_TIMESTAMP={start + (i * 1000)}\n__MONOTONIC_TIMESTAMP={1000 + (i * 1000)}\n");
            export.Append(CultureInfo.InvariantCulture, $"_BOOT_ID=0123456789abcdef0123456789abcdef\n_MACHINE_ID={id}\n_SYSTEMD_UNIT={unit}\n");
            export.Append(CultureInfo.InvariantCulture, $"PRIORITY=6\nSYSLOG_IDENTIFIER=broken\nMESSAGE={lines[i]}\n\n");
        }

        folder.Write("export", export.ToString());
        var file = Path.Combine(folder.Make("journal", id), "system.journal");
        await Parts.Tool.RunAsync(Tool, "-o", file, folder.PathOf("export"));
        await Parts.Tool.RunAsync("chgrp", "systemd-journal", file);
        await Parts.Tool.RunAsync("chmod", "0640", file);
        return $"mount --bind {folder.PathOf("journal")} /var/log/journal";
    }
}
