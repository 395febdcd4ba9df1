using FleetExporter.Store;

namespace FleetExporter.Tests.Cli.Backup;

/// <summary>What a backup contains, and what a restore makes of it.</summary>
public sealed class BackupTests
{
    private const UnixFileMode ForAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [Fact]
    public async Task Files_and_store_are_restored_with_their_modes_and_what_belongs_to_a_running_exporter_is_left_out()
    {
        using var copy = new DataFolderCopy();
        copy.Write("admin.key", "secret\n");
        copy.Write("known_hosts", "a ssh-ed25519 AAAA\n", ForAll);
        copy.Write("keys/spark", "key");
        copy.Write("empty", "");
        foreach (var left in new[] { "address", "address.12", "lock", "login-links/a", "prometheus/wal/0", "before-restore-1/admin.key" })
        {
            copy.Write(left, "x");
        }

        File.CreateSymbolicLink(Path.Combine(copy.Original, "link"), "/etc/passwd");
        await copy.CreateStoreAsync();

        Assert.Equal((0, 0), (copy.Backup(), copy.Restore()));

        Assert.Equal(
            ["admin.key", "empty", "fleet.db", "keys/spark", "known_hosts"],
            Directory.GetFiles(copy.Restored, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(copy.Restored, f)).Order());
        Assert.Equal("secret\n", File.ReadAllText(Path.Combine(copy.Restored, "admin.key")));
        Assert.Equal(ForAll, File.GetUnixFileMode(Path.Combine(copy.Restored, "known_hosts")));
        foreach (var secret in new[] { "admin.key", "keys/spark", "fleet.db" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(copy.Restored, secret)));
        }

        Assert.Equal(SqliteFile.SupportedSchema, SqliteFile.SchemaOf(Path.Combine(copy.Restored, "fleet.db")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy.Archive));
        Assert.Equal(
            ["fleet.tar.gz", "fleet.yml", "original", "restored"],
            Directory.GetFileSystemEntries(copy.PathOf("")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void An_existing_file_is_replaced_only_with_force()
    {
        using var copy = new DataFolderCopy();
        copy.Write("admin.key", "secret\n");
        File.WriteAllText(copy.Archive, "precious");

        Assert.Equal(1, copy.Backup());
        Assert.Contains("exists; choose another name, or replace it with --force", copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(copy.Archive));
        Assert.Equal((0, 0), (copy.Backup(force: true), copy.Restore()));
    }

    [Fact]
    public void A_backup_into_the_data_folder_is_refused()
    {
        using var copy = new DataFolderCopy();

        Assert.Equal(1, copy.Backup(file: Path.Combine(copy.Original, "b.tar.gz")));
        Assert.Empty(Directory.GetFileSystemEntries(copy.Original));
    }

    [Fact]
    public void A_damaged_store_is_not_backed_up()
    {
        using var copy = new DataFolderCopy();
        copy.Write("fleet.db", new string('x', 8192));

        Assert.Equal(1, copy.Backup());
        Assert.Contains("no backup was written", copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(["fleet.yml", "original"], Directory.GetFileSystemEntries(copy.PathOf("")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void With_PostgreSQL_the_command_for_its_backup_is_printed_without_the_password()
    {
        using var copy = new DataFolderCopy("store: { connection: \"postgres://fleet:hidden@db.lan:5433/fleet_db\" }\n");
        copy.Write("admin.key", "secret\n");

        Assert.Equal(0, copy.Backup());
        Assert.Contains(
            "  pg_dump --format=custom --host=db.lan --port=5433 --username=fleet --file=fleet.pgdump fleet_db\n",
            copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", copy.Messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_is_included_on_request_and_restored_without_replacing_another()
    {
        using var copy = new DataFolderCopy("keys: []\n");
        copy.Write("admin.key", "secret\n");
        Assert.Equal((0, 0), (copy.Backup(withConfig: true), copy.Restore()));
        Assert.Equal(File.ReadAllText(copy.ConfigFile), File.ReadAllText(copy.PathOf("new.yml")));

        File.WriteAllText(copy.PathOf("new.yml"), "mine");
        Assert.Equal(0, copy.Restore(force: true));

        Assert.Equal("mine", File.ReadAllText(copy.PathOf("new.yml")));
        var placed = Assert.Single(Directory.GetFiles(copy.PathOf(""), "new.yml.restored-*"));
        Assert.Contains($"The backup's fleet.yml is {placed}.", copy.Messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(copy.ConfigFile), File.ReadAllText(placed));
    }
}
