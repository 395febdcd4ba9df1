using System.CommandLine;
using FleetExporter.Access;
using FleetExporter.Cli.Common;
using FleetExporter.Config;

namespace FleetExporter.Cli.Doctor;

/// <summary>Checks the installation and prints findings with fixes. Exit 0 if nothing failed, 1 otherwise.</summary>
internal static class DoctorCommand
{
    private static readonly Option<string> FormatOption = new Option<string>("--format")
    {
        Description = "table or json.",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json");

    public static Command Create()
    {
        var doctor = new Command("doctor", "Check the installation and print what to fix: files, disk, store, Prometheus, Alertmanager; exit 0 or 1.")
        {
            FormatOption,
        };
        doctor.SetAction((parsed, stop) => RunAsync(ConfigOption.Load(parsed), parsed.GetValue(FormatOption)!, Console.Out, stop));
        return doctor;
    }

    public static async Task<int> RunAsync(ConfigResult loaded, string format, TextWriter output, CancellationToken stop)
    {
        const string Fix = "Correct fleet.yml; docs/configuration.md describes every key.";
        var findings = loaded.Success ? await CheckAsync(loaded.Config, stop).ConfigureAwait(false)
            : [.. loaded.Errors.Select(e => Finding.Failed("configuration", e.ToString(), Fix))];
        if (format == "json")
        {
            FindingReport.WriteJson(findings, output);
        }
        else
        {
            FindingReport.WriteTable(findings, output);
        }

        return findings.Any(f => f.Status == FindingStatus.Failed) ? ExitCode.Failed : 0;
    }

    private static async Task<IReadOnlyList<Finding>> CheckAsync(FleetConfig config, CancellationToken stop)
    {
        Task<string?> Read(string program, IReadOnlyList<string> arguments) => ProgramOutput.ReadAsync(program, arguments, stop);
        var folder = Existing(config.DataDir);
        return
        [
            .. await new ProgramChecks(config, Read).RunAsync().ConfigureAwait(false),
            .. config.Warnings.Select(w => Finding.Warning("configuration", w, "See docs/configuration.md and docs/security.md.")),
            .. new FileChecks(config).Run(),
            .. DiskChecks.Run(
                folder, new DriveInfo(folder).AvailableFreeSpace, await Read("df", ["-Pi", folder]).ConfigureAwait(false)),
            TimeChecks.Run(await Read("timedatectl", ["show", "--property=NTPSynchronized", "--value"]).ConfigureAwait(false)),
            await StoreChecks.RunAsync(config, stop).ConfigureAwait(false),
            await ListenChecks.RunAsync(config, stop).ConfigureAwait(false),
            .. await new PrometheusChecks(config, PortOf(config), TimeProvider.System).RunAsync(stop).ConfigureAwait(false),
            .. await AlertmanagerChecks.RunAsync(config.Alertmanager, stop).ConfigureAwait(false),
        ];
    }

    /// <summary>The port of the running exporter, which --listen can make differ from fleet.yml.</summary>
    private static int PortOf(FleetConfig config)
    {
        try
        {
            return AddressFile.Read(config.DataDir)?.Port ?? config.Listen.Port;
        }
        catch (UnauthorizedAccessException)
        {
            return config.Listen.Port;
        }
    }

    /// <summary>The folder, or the nearest one above it that exists.</summary>
    private static string Existing(string folder) => Directory.Exists(folder) ? folder : Existing(Path.GetDirectoryName(folder) ?? "/");
}
