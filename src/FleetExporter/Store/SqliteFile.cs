using Dapper;
using Microsoft.Data.Sqlite;

namespace FleetExporter.Store;

/// <summary>The SQLite file of a store: copies and examines it while an exporter may be using it.</summary>
internal static class SqliteFile
{
    public const string Name = "fleet.db";

    /// <summary>In ms; a reader waits only while another process recovers or closes the file.</summary>
    private const int BusyTimeout = 10_000;

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    /// <summary>The newest schema that this version can use.</summary>
    public static int SupportedSchema { get; } = Migrations.All("sqlite").Count;

    /// <summary>
    /// Copies the store with SQLite's online backup. It reads in one transaction: the copy has every write committed before, and no part of a
    /// later one.
    /// </summary>
    /// <param name="to">A new file, accessible by its owner only.</param>
    /// <exception cref="SqliteException">The store cannot be read, or the copy not written.</exception>
    public static void Copy(string from, string to)
    {
        PrivateFile.Open(to, FileMode.CreateNew).Dispose();
        using var source = Open(from, SqliteOpenMode.ReadOnly);
        using var copy = Open(to, SqliteOpenMode.ReadWrite);
        source.BackupDatabase(copy);

        // One file: without a write-ahead log beside it.
        copy.Execute("PRAGMA journal_mode = DELETE");
    }

    /// <exception cref="SqliteException">It is no store.</exception>
    public static int SchemaOf(string path)
    {
        using var file = Open(path, SqliteOpenMode.ReadOnly);
        return file.ExecuteScalar<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version");
    }

    /// <summary>What SQLite's integrity check finds first; null for nothing.</summary>
    /// <exception cref="SqliteException">It is no database.</exception>
    public static string? DamageOf(string path)
    {
        using var file = Open(path, SqliteOpenMode.ReadOnly);
        return file.ExecuteScalar<string>("PRAGMA integrity_check(1)") is var found && found == "ok" ? null : Printable.Line(found ?? "", 200);
    }

    /// <summary>Why no write can begin; null if it can. Changes nothing.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static string? WriteErrorOf(string path)
    {
        using var file = Open(path, SqliteOpenMode.ReadWrite);
        try
        {
            file.Execute("BEGIN IMMEDIATE; ROLLBACK");
            return null;
        }
        catch (SqliteException e)
        {
            return Printable.Line(e.Message, 200);
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        connection.Execute($"PRAGMA busy_timeout = {BusyTimeout}");
        return connection;
    }
}
