using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using FleetExporter.Cli.Common;
using FleetExporter.Store;
using Microsoft.Data.Sqlite;

namespace FleetExporter.Cli.Backup;

/// <summary>Unpacks an archive into a new folder and checks it: only regular files that the manifest lists, with their sizes and hashes.</summary>
internal static class BackupReader
{
    /// <param name="folder">Empty, accessible by its owner only.</param>
    /// <exception cref="BackupException">It is no backup, damaged, or of a newer version; the folder then has parts of it.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static BackupManifest Unpack(Stream archive, string folder)
    {
        try
        {
            using var gzip = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
            using var tar = new TarReader(gzip);
            if (tar.GetNextEntry() is not { DataStream: { } text } first || first.Name != BackupManifest.Name)
            {
                throw new BackupException($"not a backup of FleetExporter: {BackupManifest.Name} is not the first file");
            }

            var manifest = BackupManifest.Read(text, first.Length);
            CheckSchema(manifest.SchemaVersion);
            CheckSpace(manifest, folder);
            Unpack(tar, manifest, folder);
            CheckStore(Path.Combine(folder, BackupWriter.DataPrefix + SqliteFile.Name), manifest);
            return manifest;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or EndOfStreamException or ArgumentException)
        {
            throw new BackupException($"not a backup of FleetExporter, or damaged: {Printable.Line(e.Message, 200)}", e);
        }
    }

    private static void Unpack(TarReader tar, BackupManifest manifest, string folder)
    {
        var left = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            if (!IsAllowed(file.Path) || !left.TryAdd(file.Path, file))
            {
                throw new BackupException($"the manifest lists {Name(file.Path)}, which no backup contains, or contains twice");
            }
        }

        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            {
                throw new BackupException($"{Name(entry.Name)} is not a regular file");
            }

            if (!left.Remove(entry.Name, out var file))
            {
                throw new BackupException($"{Name(entry.Name)} is not in the manifest");
            }

            Unpack(entry, file, Path.Combine(folder, file.Path));
        }

        if (left.Count > 0)
        {
            throw new BackupException($"{Name(left.Keys.First())} is missing");
        }
    }

    private static void Unpack(TarEntry entry, BackupFile file, string path)
    {
        if (entry.Length != file.Size)
        {
            throw new BackupException($"{Name(file.Path)} has {entry.Length} bytes, and {file.Size} in the manifest");
        }

        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        using var target = PrivateFile.Open(path, FileMode.CreateNew);
        entry.DataStream?.CopyTo(target);
        target.Flush(flushToDisk: true);
        target.Position = 0;
        if (!Convert.ToHexStringLower(SHA256.HashData(target)).Equals(file.Sha256, StringComparison.Ordinal))
        {
            throw new BackupException($"{Name(file.Path)} does not have the hash of the manifest");
        }

        Permissions.Set(path, ModeOf(file));
    }

    /// <summary>A relative path without links upwards, of a kind that backups contain.</summary>
    private static bool IsAllowed(string? path) => path == BackupWriter.ConfigName
        || (path?.StartsWith(BackupWriter.DataPrefix, StringComparison.Ordinal) == true
            && path.Length <= 1024 && !path.Any(char.IsControl) && !path.Contains('\\', StringComparison.Ordinal)
            && path.Split('/').All(part => part is not ("" or "." or "..")) && DataFiles.Includes(path[BackupWriter.DataPrefix.Length..]));

    /// <summary>Never more than read, write and execute; none beyond the owner's without a valid mode.</summary>
    private static UnixFileMode ModeOf(BackupFile file) => file.Mode is { Length: 3 } && file.Mode.All(c => c is >= '0' and <= '7')
        ? (UnixFileMode)Convert.ToInt32(file.Mode, 8)
        : Permissions.Private;

    private static void CheckSchema(int? schema)
    {
        if (schema > SqliteFile.SupportedSchema)
        {
            throw new BackupException(
                $"the backup has schema {schema}, and this version supports up to {SqliteFile.SupportedSchema}; "
                + "install the version that made it, or a later one");
        }
    }

    private static void CheckSpace(BackupManifest manifest, string folder)
    {
        if (manifest.Files.Any(f => f is not { Size: >= 0, Sha256: not null }))
        {
            throw new BackupException("the manifest has a file without size or hash");
        }

        var needed = manifest.Files.Aggregate(0m, (sum, file) => sum + file.Size);
        if (needed > new DriveInfo(folder).AvailableFreeSpace)
        {
            throw new BackupException($"the backup needs {needed} bytes, more than the disk of {folder} has free");
        }
    }

    /// <summary>Checks the schema and the integrity of the store itself, whatever the manifest lists.</summary>
    private static void CheckStore(string store, BackupManifest manifest)
    {
        if (!File.Exists(store))
        {
            return;
        }

        try
        {
            CheckSchema(SqliteFile.SchemaOf(store));
            if (SqliteFile.DamageOf(store) is { } damage)
            {
                throw new BackupException($"{SqliteFile.Name} of {manifest.CreatedAt:u} is damaged: {damage}");
            }
        }
        catch (SqliteException e)
        {
            throw new BackupException($"{SqliteFile.Name} is not a store: {Printable.Line(e.Message, 200)}", e);
        }
    }

    private static string Name(string? path) => Printable.Line(path ?? "", 200);
}
