using FleetExporter.Config;

namespace FleetExporter.Store;

internal static class Databases
{
    /// <summary>The database that the configuration selects. Nothing is opened yet.</summary>
    /// <param name="dataDir">Folder of SQLite's file.</param>
    public static Database Of(StoreConfig config, string dataDir, TimeProvider clock, StoreMetrics metrics) => config is StoreConfig.Postgres server
        ? new PostgresDatabase(server, clock, metrics)
        : new SqliteDatabase(Path.Combine(dataDir, "fleet.db"), clock, metrics);
}
