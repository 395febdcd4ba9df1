using FleetExporter.Cli.Backup;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;

namespace FleetExporter.Tests.Cli.Backup;

/// <summary>A configuration with a data folder, its backup, and a folder for the restore.</summary>
internal sealed class DataFolderCopy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DataFolderCopy(string extra = "")
    {
        ConfigFile = _folder.Write("fleet.yml", $"data_dir: original\n{extra}");
        Directory.CreateDirectory(Original);
    }

    public FakeClock Clock { get; } = new();

    public string ConfigFile { get; }

    public string Original => _folder.PathOf("original");

    public string Restored => _folder.PathOf("restored");

    public string Archive => _folder.PathOf("fleet.tar.gz");

    public StringWriter Messages { get; } = new();

    public string PathOf(string name) => _folder.PathOf(name);

    public void Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(Original, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>Creates the store, as a first start of the exporter does.</summary>
    public async Task CreateStoreAsync()
    {
        await using var database = Databases.Create(new StoreConfig.Sqlite(), Original, TimeProvider.System, new StoreMetrics(new ExporterMetrics()));
        Assert.Null(await database.OpenAsync(TestContext.Current.CancellationToken));
    }

    public int Backup(bool force = false, bool withConfig = false, string? file = null) => BackupCommand.Run(
        FleetExporter.Config.Binding.ConfigFile.Load(ConfigFile, TargetCatalog.Kinds, _ => null), file ?? Archive, force, withConfig, Messages);

    public int Restore(bool force = false, string? configFile = null) =>
        RestoreCommand.Run(Archive, Restored, configFile ?? PathOf("new.yml"), force, Clock, Messages, Messages);

    public void Dispose() => _folder.Dispose();
}
