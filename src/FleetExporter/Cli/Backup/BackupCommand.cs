using System.CommandLine;
using System.Globalization;
using FleetExporter.Api;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Store;
using Microsoft.Data.Sqlite;

namespace FleetExporter.Cli.Backup;

/// <summary>Writes the data folder and its SQLite store into an archive, also while the exporter runs. Exit 0 or 1.</summary>
internal static class BackupCommand
{
    private const string StandardOutput = "-";

    private static readonly Argument<string> FileArgument = new("file")
    {
        Description = "Archive to write, such as fleet.tar.gz; - is standard output.",
    };

    private static readonly Option<bool> ForceOption = new("--force") { Description = "Replace an existing file." };

    private static readonly Option<bool> WithConfigOption = new("--with-config") { Description = "Include fleet.yml, but no file that it names." };

    public static Command Create()
    {
        var backup = new Command("backup", "Back up the data folder with keys and store, also while the exporter runs; exit 0 or 1.")
        {
            FileArgument, ForceOption, WithConfigOption,
        };
        backup.SetAction(parsed => Run(
            ConfigOption.Load(parsed), parsed.GetValue(FileArgument)!, parsed.GetValue(ForceOption), parsed.GetValue(WithConfigOption),
            Console.Error));
        return backup;
    }

    /// <param name="messages">Receives all messages, because the archive may go to standard output.</param>
    public static int Run(ConfigResult loaded, string file, bool force, bool withConfig, TextWriter messages)
    {
        ConfigReport.Write(loaded, messages);
        if (!loaded.Success)
        {
            return ExitCode.BadConfiguration;
        }

        var config = loaded.Config;
        try
        {
            if (!Directory.Exists(config.DataDir))
            {
                throw new BackupException($"{config.DataDir} does not exist; give the exporter's fleet.yml with --config");
            }

            var included = !withConfig ? null
                : config.SourcePath ?? throw new BackupException("--with-config: there is no fleet.yml; give one with --config, or omit the option");
            var (manifest, size) = Write(config, included, file, force);
            messages.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{(file == StandardOutput ? "standard output" : file)}: {manifest.Files.Count} files, {size} bytes"));
            Explain(config, manifest, included, messages);
            return 0;
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException or SqliteException)
        {
            messages.WriteLine($"fleet-exporter: no backup was written: {e.Message}");
            if (e is UnauthorizedAccessException)
            {
                messages.WriteLine("Run this command as the user that runs the exporter.");
            }

            return ExitCode.Failed;
        }
    }

    private static void Explain(FleetConfig config, BackupManifest manifest, string? included, TextWriter messages)
    {
        messages.WriteLine("It holds the admin key and other secrets: keep it where only administrators can read it.");
        if (included is not null)
        {
            messages.WriteLine($"It includes {included}, but not the files that it names outside {config.DataDir}, such as secrets and keys.");
        }

        if (config.Store is StoreConfig.Postgres store)
        {
            messages.WriteLine("warning: the store is PostgreSQL, which this backup does not contain. Back it up with:");
            messages.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  pg_dump --format=custom --host={ShellWord.Of(store.Host)} --port={store.Port} --username={ShellWord.Of(store.User)} "
                + $"--file=fleet.pgdump {ShellWord.Of(store.Database)}"));
        }
        else if (manifest.SchemaVersion is null)
        {
            messages.WriteLine($"warning: {config.DataDir} has no store yet ({SqliteFile.Name}).");
        }
    }

    /// <summary>Writes a temporary file beside the file, which appears complete or not at all.</summary>
    private static (BackupManifest Manifest, long Size) Write(FleetConfig config, string? included, string file, bool force)
    {
        var path = file == StandardOutput ? null : Path.GetFullPath(file);
        if (path is null && !Console.IsOutputRedirected)
        {
            throw new BackupException("standard output is a terminal; redirect it, or give the name of a file");
        }

        if (!force && Path.Exists(path))
        {
            throw new BackupException($"{file} exists; choose another name, or replace it with --force");
        }

        if (path?.StartsWith(config.DataDir.TrimEnd('/') + "/", StringComparison.Ordinal) == true)
        {
            throw new BackupException($"{file} is in the data folder; choose a place outside {config.DataDir}");
        }

        var staging = path is null
            ? Directory.CreateTempSubdirectory("fleet-backup-").FullName
            : Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            PrivateFile.CreateFolder(staging);
            var draft = Path.Combine(staging, "archive");
            using var archive = PrivateFile.Open(draft, FileMode.CreateNew);
            var manifest = new BackupWriter(config, staging, ExporterPage.Version, TimeProvider.System).Write(archive, included);
            if (path is null)
            {
                archive.Position = 0;
                using var output = Console.OpenStandardOutput();
                archive.CopyTo(output);
            }
            else
            {
                archive.Flush(flushToDisk: true);
                File.Move(draft, path, overwrite: force);
            }

            return (manifest, archive.Length);
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }
}
