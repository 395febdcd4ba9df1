using FleetExporter.Config;

namespace FleetExporter.Store;

internal static class Databases
{
    /// <summary>Creates the configured database without opening it.</summary>
    /// <param name="dataDir">Folder of the SQLite file.</param>
    public static Database Create(StoreConfig config, string dataDir, TimeProvider clock, StoreMetrics metrics) =>
        config is StoreConfig.Postgres server
        ? new PostgresDatabase(server, clock, metrics)
        : new SqliteDatabase(Path.Combine(dataDir, SqliteFile.Name), clock, metrics);
}
