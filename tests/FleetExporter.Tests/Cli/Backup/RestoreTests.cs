using FleetExporter.Store;

namespace FleetExporter.Tests.Cli.Backup;

/// <summary>When a restore replaces a data folder, and when it refuses.</summary>
public sealed class RestoreTests
{
    [Fact]
    public void A_folder_with_files_is_moved_aside_only_with_force()
    {
        using var copy = Made();
        Directory.CreateDirectory(copy.Restored);
        File.WriteAllText(Path.Combine(copy.Restored, "admin.key"), "other\n");

        Assert.Equal(1, copy.Restore());
        Assert.Contains("is not empty; with --force it is moved aside and replaced", copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.Equal("other\n", File.ReadAllText(Path.Combine(copy.Restored, "admin.key")));
        Assert.Equal(0, copy.Restore(force: true));

        Assert.Equal("secret\n", File.ReadAllText(Path.Combine(copy.Restored, "admin.key")));
        var aside = Assert.Single(Directory.GetDirectories(copy.PathOf(""), "restored.before-restore-*"));
        Assert.Equal("other\n", File.ReadAllText(Path.Combine(aside, "admin.key")));
        Assert.Contains($"The previous files are in {aside}.", copy.Messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_is_replaced()
    {
        using var copy = Made();
        Directory.CreateDirectory(copy.Restored);

        Assert.Equal(0, copy.Restore());
        Assert.Equal(["admin.key"], Directory.GetFileSystemEntries(copy.Restored).Select(Path.GetFileName));
        Assert.Empty(Directory.GetDirectories(copy.PathOf(""), "*before-restore*"));
    }

    [Fact]
    public void A_link_to_the_data_folder_stays_and_its_target_is_replaced()
    {
        using var copy = Made();
        Directory.CreateDirectory(copy.PathOf("disk/data"));
        File.CreateSymbolicLink(copy.Restored, copy.PathOf("disk/data"));

        Assert.Equal(0, copy.Restore());
        Assert.NotNull(new DirectoryInfo(copy.Restored).LinkTarget);
        Assert.Equal("secret\n", File.ReadAllText(copy.PathOf("disk/data/admin.key")));
    }

    [Fact]
    public void A_folder_that_an_exporter_uses_is_never_replaced()
    {
        using var copy = Made();
        using (var exporter = new DataFolderLock(copy.Restored))
        {
            exporter.Share();
            using var second = new DataFolderLock(copy.Restored);
            second.Share();

            Assert.Equal(1, copy.Restore(force: true));
            Assert.Contains($"an exporter runs on {copy.Restored}; stop it first", copy.Messages.ToString(), StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(copy.Restored, "admin.key")));
        }

        Assert.Equal(0, copy.Restore());
    }

    [Fact]
    public void No_exporter_starts_on_a_folder_that_is_being_restored()
    {
        using var copy = Made();
        using var restore = new DataFolderLock(copy.Original);
        Assert.True(restore.TryTake());
        using var exporter = new DataFolderLock(copy.Original);

        Assert.StartsWith("a backup is being restored into", Assert.Throws<IOException>(exporter.Share).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_with_a_newer_schema_is_refused()
    {
        using var copy = Made();
        await copy.CreateStoreAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={copy.Original}/fleet.db;Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_version (version, applied_at) VALUES (999, 0)";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, copy.Backup(force: true));
        Assert.Equal(1, copy.Restore());
        Assert.Contains("the backup has schema 999, and this version supports up to", copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(copy.Restored));
    }

    [Fact]
    public void A_truncated_or_damaged_archive_changes_nothing()
    {
        using var copy = Made();
        copy.Write("known_hosts", string.Concat(Enumerable.Range(0, 5000).Select(i => $"h{i * 7919 % 5000} ssh-ed25519 {i:x8}\n")));
        Assert.Equal(0, copy.Backup(force: true));
        var whole = File.ReadAllBytes(copy.Archive);
        byte[][] damaged = [[], whole[..40], whole[..(whole.Length / 2)], whole[..^600], [.. whole[..900], .. new byte[64], .. whole[964..]]];

        foreach (var bytes in damaged)
        {
            File.WriteAllBytes(copy.Archive, bytes);
            Assert.Equal(1, copy.Restore());
            Assert.False(Directory.Exists(copy.Restored));
        }

        Assert.Equal(["fleet.tar.gz", "fleet.yml", "original"], Directory.GetFileSystemEntries(copy.PathOf("")).Select(Path.GetFileName).Order());
    }

    private static DataFolderCopy Made()
    {
        var copy = new DataFolderCopy();
        copy.Write("admin.key", "secret\n");
        Assert.Equal(0, copy.Backup());
        return copy;
    }
}
