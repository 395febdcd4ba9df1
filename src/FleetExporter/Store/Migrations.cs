using System.Reflection;

namespace FleetExporter.Store;

/// <summary>Migrates the schema: applies the numbered SQL files of <c>Migrations/</c> in order, in one transaction.</summary>
internal static class Migrations
{
    /// <summary>Timeout of one migration, in seconds.</summary>
    private const int Timeout = 600;

    private static readonly Assembly StoreAssembly = typeof(Migrations).Assembly;

    public static async Task<StoreResult<string>> ApplyAsync(UnitOfWork work, string dialect, DateTimeOffset now)
    {
        if (dialect == "postgres")
        {
            // Serialises exporters that start at the same time. The number is arbitrary but fixed.
            await work.RunAsync("SELECT pg_advisory_xact_lock(947000001)").ConfigureAwait(false);
        }

        await work
            .RunAsync("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)").ConfigureAwait(false);
        var scripts = All(dialect);
        var current = await VersionAsync(work).ConfigureAwait(false);
        if (NewerSchemaError(current, scripts.Count) is { } error)
        {
            return error;
        }

        for (var version = current + 1; version <= scripts.Count; version++)
        {
            await (work with { Timeout = Timeout }).RunAsync(scripts[version - 1]).ConfigureAwait(false);
            await work.RunAsync(
                "INSERT INTO schema_version (version, applied_at) VALUES (@version, @at)",
                new { version, at = now.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        }

        return dialect;
    }

    /// <returns>Null when this version supports the schema of the store.</returns>
    public static async Task<StoreError?> CheckAsync(UnitOfWork work, string dialect) =>
        NewerSchemaError(await VersionAsync(work).ConfigureAwait(false), All(dialect).Count);

    /// <summary>The SQL of version 1, 2, and so on.</summary>
    public static IReadOnlyList<string> All(string dialect) =>
    [
        .. StoreAssembly.GetManifestResourceNames()
            .Where(name => name.EndsWith($".{dialect}.sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Text),
    ];

    private static Task<int> VersionAsync(UnitOfWork work) => work.OneAsync<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version", new { });

    private static StoreError.Unavailable? NewerSchemaError(int current, int supported) => current <= supported ? null : new(
        FormattableString.Invariant($"the store has schema {current}, and this version of the exporter supports up to {supported}; ")
        + "run the version that migrated it or a later one, or restore a backup from before the migration");

    private static string Text(string name)
    {
        using var reader = new StreamReader(StoreAssembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
