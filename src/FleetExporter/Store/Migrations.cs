using System.Reflection;

namespace FleetExporter.Store;

/// <summary>Brings the schema up to date: the numbered SQL files of <c>Migrations/</c>, each once and in order, all in one transaction.</summary>
internal static class Migrations
{
    /// <summary>Time for one migration, in seconds.</summary>
    private const int Timeout = 600;

    private static readonly Assembly Here = typeof(Migrations).Assembly;

    public static async Task<StoreResult<string>> ApplyAsync(Work work, string dialect, DateTimeOffset now)
    {
        if (dialect == "postgres")
        {
            // Several exporters may start at once. The number is any, but always this one.
            await work.RunAsync("SELECT pg_advisory_xact_lock(947000001)").ConfigureAwait(false);
        }

        await work
            .RunAsync("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)").ConfigureAwait(false);
        var known = All(dialect);
        var done = await VersionAsync(work).ConfigureAwait(false);
        if (Newer(done, known.Count) is { } newer)
        {
            return newer;
        }

        for (var version = done + 1; version <= known.Count; version++)
        {
            await (work with { Timeout = Timeout }).RunAsync(known[version - 1]).ConfigureAwait(false);
            await work.RunAsync(
                "INSERT INTO schema_version (version, applied_at) VALUES (@version, @at)",
                new { version, at = now.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        }

        return dialect;
    }

    /// <returns>Null where this exporter knows the schema of the store.</returns>
    public static async Task<StoreError?> CheckAsync(Work work, string dialect) =>
        Newer(await VersionAsync(work).ConfigureAwait(false), All(dialect).Count);

    /// <summary>The SQL of version 1, 2, and so on.</summary>
    public static IReadOnlyList<string> All(string dialect) =>
    [
        .. Here.GetManifestResourceNames()
            .Where(name => name.EndsWith($".{dialect}.sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Text),
    ];

    private static Task<int> VersionAsync(Work work) => work.OneAsync<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version", new { });

    private static StoreError.Unavailable? Newer(int done, int known) => done <= known ? null : new(
        FormattableString.Invariant($"the store has schema {done} and this version of the exporter reads none after {known}: ")
        + "run the version that made the schema, or a later one, or restore a backup of the store from before that update");

    private static string Text(string name)
    {
        using var reader = new StreamReader(Here.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
