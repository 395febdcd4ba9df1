using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Store;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FleetExporter.Cli.Doctor;

/// <summary>Whether the store opens, is whole, writable, and of a schema that this version supports. Changes nothing.</summary>
internal static class StoreChecks
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static async Task<Finding> RunAsync(FleetConfig config, CancellationToken stop)
    {
        try
        {
            return config.Store is StoreConfig.Postgres server
                ? await PostgresAsync(server, stop).ConfigureAwait(false)
                : Sqlite(Path.Combine(config.DataDir, SqliteFile.Name));
        }
        catch (Exception e) when (e is SqliteException or NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            return Finding.Failed("store", $"{config.Store.DisplayName}: {e.Message}", config.Store is StoreConfig.Postgres
                ? "Start PostgreSQL, or correct store.connection."
                : "Check the owner and the mode of fleet.db; if it is damaged, restore a backup: fleet-exporter restore FILE");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Finding.Failed(
                "store", $"{config.Store.DisplayName}: no answer within {Timeout.TotalSeconds:0} s", "Check PostgreSQL's load and log.");
        }
    }

    private static Finding Sqlite(string path)
    {
        if (!File.Exists(path))
        {
            return Finding.Skipped("store", $"{path} does not exist; the first start creates it");
        }

        var size = string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(path).Length / 1048576.0:0.0} MiB");
        return SqliteFile.DamageOf(path) is { } damage
            ? Finding.Failed("store", $"{path} is damaged: {damage}", "Stop the exporter and restore a backup: fleet-exporter restore FILE")
            : SqliteFile.WriteErrorOf(path) is { } error
            ? Finding.Failed("store", $"{path} cannot be written: {error}", "Check its owner and mode, and the disk.")
            : Schema(path, SqliteFile.SchemaOf(path), SqliteFile.SupportedSchema, size);
    }

    private static async Task<Finding> PostgresAsync(StoreConfig.Postgres server, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Timeout);
        var (schema, isReadOnly) = await PostgresDatabase.ExamineAsync(server, limit.Token).ConfigureAwait(false);
        return isReadOnly
            ? Finding.Failed("store", $"{server.DisplayName} is read-only", "Name the primary server in store.connection.")
            : schema is null ? Finding.Skipped("store", $"{server.DisplayName} has no tables; the first start creates them")
            : Schema(server.DisplayName, schema.Value, PostgresDatabase.SupportedSchema, "");
    }

    private static Finding Schema(string store, int schema, int supported, string size)
    {
        var detail = $"{store}: schema {schema} of {supported}, {size}".TrimEnd(' ', ',');
        return schema > supported
            ? Finding.Failed("store", $"{detail}: it is newer than this version", "Install the version that migrated it, or a later one.")
            : Finding.Ok("store", schema < supported ? $"{detail}; the next start migrates it" : detail);
    }
}
