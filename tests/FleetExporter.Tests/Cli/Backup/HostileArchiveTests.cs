using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FleetExporter.Cli.Backup;

namespace FleetExporter.Tests.Cli.Backup;

/// <summary>Archives that nobody made with <c>backup</c>: nothing is written outside the folder, and nothing is restored.</summary>
public sealed class HostileArchiveTests
{
    private static readonly byte[] Content = "content"u8.ToArray();

    [Theory]
    [InlineData("data/../../evil")]
    [InlineData("../evil")]
    [InlineData("/tmp/evil")]
    [InlineData("data//evil")]
    [InlineData("data/./evil")]
    [InlineData("data/..")]
    [InlineData("data/a\\..\\evil")]
    [InlineData("data/a\nb")]
    [InlineData("data/lock")]
    [InlineData("data/fleet.db-wal")]
    [InlineData("data/login-links/code")]
    [InlineData("evil")]
    [InlineData("data")]
    public void A_path_that_no_backup_has_is_refused(string path)
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf(path)], (path, TarEntryType.RegularFile));

        AssertRefused(copy, "which no backup contains");
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Directory)]
    public void What_is_no_regular_file_is_refused(TarEntryType type)
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf("data/admin.key")], ("data/admin.key", type));

        AssertRefused(copy, "is not a regular file");
    }

    [Fact]
    public void An_entry_must_be_in_the_manifest_once()
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf("data/a")], ("data/a", TarEntryType.RegularFile), ("data/b", TarEntryType.RegularFile));
        AssertRefused(copy, "data/b is not in the manifest");
        Write(copy, [FileOf("data/a")], ("data/a", TarEntryType.RegularFile), ("data/a", TarEntryType.RegularFile));
        AssertRefused(copy, "data/a is not in the manifest");
        Write(copy, [FileOf("data/a"), FileOf("data/a")], ("data/a", TarEntryType.RegularFile));
        AssertRefused(copy, "or contains twice");
        Write(copy, [FileOf("data/a"), FileOf("data/b")], ("data/a", TarEntryType.RegularFile));
        AssertRefused(copy, "data/b is missing");
    }

    [Fact]
    public void Sizes_and_hashes_must_be_those_of_the_manifest()
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf("data/a") with { Size = 8 }], ("data/a", TarEntryType.RegularFile));
        AssertRefused(copy, "has 7 bytes, and 8 in the manifest");
        Write(copy, [FileOf("data/a") with { Sha256 = new string('0', 64) }], ("data/a", TarEntryType.RegularFile));
        AssertRefused(copy, "does not have the hash of the manifest");
        Write(copy, [FileOf("data/a") with { Size = long.MaxValue }, FileOf("data/b") with { Size = long.MaxValue }]);
        AssertRefused(copy, "more than the disk");
        Write(copy, [FileOf("data/a") with { Size = -1 }]);
        AssertRefused(copy, "a file without size or hash");
    }

    [Theory]
    [InlineData("4755")]
    [InlineData("abc")]
    [InlineData("")]
    public void An_invalid_mode_is_that_of_a_private_file(string mode)
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf("data/a") with { Mode = mode }], ("data/a", TarEntryType.RegularFile));

        Assert.Equal(0, copy.Restore());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(copy.Restored, "a")));
    }

    [Fact]
    public void A_file_that_is_no_store_is_refused_as_the_store()
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf("data/fleet.db")], ("data/fleet.db", TarEntryType.RegularFile));

        AssertRefused(copy, "fleet.db is not a store");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("""{"format":1,"version":null,"created_at":"2026-01-01T00:00:00Z","files":[]}""")]
    [InlineData("""{"format":1,"version":"1","created_at":"2026-01-01T00:00:00Z","files":null}""")]
    [InlineData("""{"format":2,"version":"1","created_at":"2026-01-01T00:00:00Z","files":[]}""")]
    [InlineData("""{"format":1,"version":"1","created_at":"2026-01-01T00:00:00Z","files":[null]}""")]
    public void An_invalid_manifest_is_refused(string manifest)
    {
        using var copy = new DataFolderCopy();
        Write(copy, Encoding.UTF8.GetBytes(manifest));

        AssertRefused(copy, "not restored: ");
    }

    [Fact]
    public void Output_shows_names_of_the_archive_without_control_characters()
    {
        using var copy = new DataFolderCopy();
        Write(copy, [FileOf("data/\u001b[2Jevil")], ("data/\u001b[2Jevil", TarEntryType.RegularFile));

        AssertRefused(copy, "data/ [2Jevil");
        Assert.DoesNotContain('\u001b', copy.Messages.ToString());
    }

    private static void AssertRefused(DataFolderCopy copy, string message)
    {
        Assert.Equal(1, copy.Restore());
        Assert.Contains(message, copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(["fleet.tar.gz", "fleet.yml", "original"], Directory.GetFileSystemEntries(copy.PathOf("")).Select(Path.GetFileName).Order());
    }

    private static BackupFile FileOf(string path) => new(path, Content.Length, "600", Convert.ToHexStringLower(SHA256.HashData(Content)));

    private static void Write(DataFolderCopy copy, BackupFile[] files, params (string Path, TarEntryType Type)[] entries) => Write(
        copy,
        new BackupManifest { Format = 1, Version = "1", CreatedAt = DateTimeOffset.UnixEpoch, Files = files }.ToBytes(),
        entries);

    private static void Write(DataFolderCopy copy, byte[] manifest, params (string Path, TarEntryType Type)[] entries)
    {
        using var file = File.Create(copy.Archive);
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        using var tar = new TarWriter(gzip, TarEntryFormat.Pax);
        Add(tar, "manifest.json", TarEntryType.RegularFile, manifest);
        foreach (var (path, type) in entries)
        {
            Add(tar, path, type, Content);
        }
    }

    private static void Add(TarWriter tar, string path, TarEntryType type, byte[] content)
    {
        var entry = new PaxTarEntry(type, path);
        if (type == TarEntryType.RegularFile)
        {
            entry.DataStream = new MemoryStream(content);
        }
        else if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc/passwd";
        }

        tar.WriteEntry(entry);
    }
}
