using System.CommandLine;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Cli.Backup;

/// <summary>Unpacks and checks a backup, then replaces the data folder with it. Exit 0 or 1.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> FileArgument = new("file") { Description = "Archive that backup wrote." };

    private static readonly Option<bool> ForceOption = new("--force") { Description = "Move files that are in the data folder aside." };

    private static readonly Option<string?> DataDirOption = new("--data-dir")
    {
        Description = "Restore into this folder instead of data_dir of the configuration.",
        HelpName = "data",
    };

    public static Command Create()
    {
        var restore = new Command("restore", "Restore a backup into the data folder, while no exporter runs on it; exit 0 or 1.")
        {
            FileArgument, ForceOption, DataDirOption,
        };
        restore.SetAction(parsed =>
        {
            var (file, force) = (parsed.GetValue(FileArgument)!, parsed.GetValue(ForceOption));
            var configFile = ConfigOption.PathOf(parsed) ?? ConfigOption.DefaultFile;
            if (parsed.GetValue(DataDirOption) is { Length: > 0 } dataDir)
            {
                return Run(file, dataDir, configFile, force, TimeProvider.System, Console.Out, Console.Error);
            }

            var loaded = ConfigOption.Load(parsed);
            ConfigReport.Write(loaded, Console.Error);
            return loaded.Success
                ? Run(file, loaded.Config.DataDir, configFile, force, TimeProvider.System, Console.Out, Console.Error)
                : ExitCode.BadConfiguration;
        });
        return restore;
    }

    /// <param name="configFile">Where fleet.yml belongs if the backup has one; an existing file is kept.</param>
    public static int Run(
        string file, string dataDir, string configFile, bool force, TimeProvider clock, TextWriter output, TextWriter error)
    {
        var staging = "";
        try
        {
            using var archive = SharedFile.OpenRead(file);
            using var folder = new DataFolder(dataDir);
            folder.Lock(force);
            staging = folder.CreateStaging();
            var manifest = BackupReader.Unpack(archive, staging);
            var restored = Path.Combine(staging, BackupWriter.DataPrefix.TrimEnd('/'));
            PrivateFile.CreateFolder(restored);
            var config = Path.Combine(staging, BackupWriter.ConfigName);
            var placed = File.Exists(config) ? PlaceConfig(config, configFile, clock) : null;
            var previous = folder.Replace(restored, clock.GetUtcNow());
            var version = Printable.Line(manifest.Version, 60);
            output.WriteLine($"{dataDir}: {manifest.Files.Count} files of {manifest.CreatedAt:u}, from version {version}");
            if (previous is not null)
            {
                output.WriteLine($"The previous files are in {previous}.");
            }

            if (placed is not null)
            {
                output.WriteLine($"The backup's fleet.yml is {placed}. Check its data_dir, and the files that it names.");
            }

            output.WriteLine($"All files belong to {Environment.UserName}, which must be the user that runs the exporter.");
            return 0;
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"fleet-exporter: not restored: {e.Message}");
            return ExitCode.Failed;
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }

    /// <returns>Its path: the wanted one, or a name beside it if that exists.</returns>
    private static string PlaceConfig(string from, string wanted, TimeProvider clock)
    {
        var path = Path.GetFullPath(wanted);
        path = Path.Exists(path) ? $"{path}.restored-{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}" : path;
        using var source = File.OpenRead(from);
        using var target = PrivateFile.Open(path, FileMode.CreateNew);
        source.CopyTo(target);
        return path;
    }
}
