using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Cli.Backup;

/// <summary>Writes a backup: copies everything into a temporary folder first, so that hashes and contents agree while an exporter runs.</summary>
/// <param name="staging">Empty, accessible by its owner only.</param>
internal sealed class BackupWriter(FleetConfig config, string staging, string version, TimeProvider clock)
{
    /// <summary>Prefix of files of the data folder in the archive.</summary>
    public const string DataPrefix = "data/";

    /// <summary>The configuration in the archive.</summary>
    public const string ConfigName = "fleet.yml";

    private readonly List<BackupFile> _files = [];

    /// <param name="configFile">The configuration to include; null for none.</param>
    /// <exception cref="BackupException">The store is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The store cannot be read.</exception>
    public BackupManifest Write(Stream output, string? configFile)
    {
        var schema = CopyStore();
        foreach (var path in DataFiles.In(config.DataDir))
        {
            Copy(Path.Combine(config.DataDir, path), DataPrefix + path);
        }

        if (configFile is not null)
        {
            Copy(configFile, ConfigName);
        }

        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Version = version,
            SchemaVersion = schema,
            CreatedAt = clock.GetUtcNow(),
            Files = _files,
        };
        using var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(gzip, TarEntryFormat.Pax);
        using var text = new MemoryStream(manifest.ToBytes());
        Add(tar, BackupManifest.Name, Permissions.Private, text, manifest.CreatedAt);
        foreach (var file in _files)
        {
            using var content = File.OpenRead(StagedPath(file.Path));
            Add(tar, file.Path, (UnixFileMode)Convert.ToInt32(file.Mode, 8), content, manifest.CreatedAt);
        }

        return manifest;
    }

    /// <returns>Its schema; null if the store is another one, or not yet created.</returns>
    private int? CopyStore()
    {
        var store = Path.Combine(config.DataDir, SqliteFile.Name);
        if (config.Store is not StoreConfig.Sqlite || !File.Exists(store))
        {
            return null;
        }

        var copy = StagedPath(DataPrefix + SqliteFile.Name);
        PrivateFile.CreateFolder(Path.GetDirectoryName(copy)!);
        SqliteFile.Copy(store, copy);
        if (SqliteFile.DamageOf(copy) is { } damage)
        {
            throw new BackupException($"{store} is damaged: {damage}");
        }

        using var content = File.OpenRead(copy);
        Register(DataPrefix + SqliteFile.Name, content.Length, Permissions.Of(store), SHA256.HashData(content));
        return SqliteFile.SchemaOf(copy);
    }

    /// <summary>Copies a file; one that was deleted meanwhile is left out.</summary>
    private void Copy(string from, string path)
    {
        var copy = StagedPath(path);
        PrivateFile.CreateFolder(Path.GetDirectoryName(copy)!);
        try
        {
            using var target = PrivateFile.Open(copy, FileMode.CreateNew);
            var mode = Permissions.Of(from);

            // Opening a pipe, which has no length, would block.
            if (new FileInfo(from).Length > 0)
            {
                using var source = SharedFile.OpenRead(from);
                source.CopyTo(target);
            }

            target.Position = 0;
            Register(path, target.Length, mode, SHA256.HashData(target));
        }
        catch (FileNotFoundException)
        {
            File.Delete(copy);
        }
    }

    private void Register(string path, long size, UnixFileMode mode, byte[] hash) => _files.Add(new BackupFile(
        path, size, Permissions.Text(mode), Convert.ToHexStringLower(hash)));

    private string StagedPath(string path) => Path.Combine(staging, path);

    private static void Add(TarWriter tar, string name, UnixFileMode mode, Stream content, DateTimeOffset time) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = content, ModificationTime = time });
}
