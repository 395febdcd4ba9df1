using System.Data.Common;
using Dapper;
using FleetExporter.Config;
using Npgsql;

namespace FleetExporter.Store;

/// <summary>A PostgreSQL database, which several exporters can share.</summary>
internal sealed class PostgresDatabase : Database
{
    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(StoreConfig.Postgres config, TimeProvider clock, StoreMetrics metrics)
        : base(clock, metrics) => _source = NpgsqlDataSource.Create(ConnectionTo(config).ToString());

    /// <summary>The newest schema that this version can use.</summary>
    public static int SupportedSchema { get; } = Migrations.All("postgres").Count;

    internal override string Dialect => "postgres";

    internal override bool IsShared => true;

    /// <summary>Examines a database without migrating it.</summary>
    /// <returns>Its schema, null if it has no tables yet; and whether the server is a read-only replica.</returns>
    /// <exception cref="NpgsqlException">It cannot be reached or read.</exception>
    public static async Task<(int? Schema, bool IsReadOnly)> ExamineAsync(StoreConfig.Postgres config, CancellationToken stop)
    {
        var source = NpgsqlDataSource.Create(ConnectionTo(config).ToString());
        await using (source.ConfigureAwait(false))
        {
            var connection = await source.OpenConnectionAsync(stop).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var isReadOnly = await connection.ExecuteScalarAsync<bool>("SELECT pg_is_in_recovery()").ConfigureAwait(false);
                var hasTables = await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('schema_version') IS NOT NULL").ConfigureAwait(false);
                int? schema = !hasTables ? null
                    : await connection.ExecuteScalarAsync<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version").ConfigureAwait(false);
                return (schema, isReadOnly);
            }
        }
    }

    private protected override ValueTask CloseAsync() => _source.DisposeAsync();

    private protected override void DropConnections() => _source.Clear();

    private protected override async Task<DbConnection> ConnectAsync(CancellationToken stop) =>
        await _source.OpenConnectionAsync(stop).ConfigureAwait(false);

    private protected override async Task<StoreResult<T>> TransactAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken expired)
    {
        var connection = await _source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(CancellationToken.None).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(new UnitOfWork(connection, transaction, " FOR UPDATE", CancellationToken.None)).ConfigureAwait(false);
                expired.ThrowIfCancellationRequested();
                if (result.Success)
                {
                    await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                }

                return result;
            }
        }
    }

    private protected override StoreError? ErrorOf(Exception failure) => failure switch
    {
        // Constraint names have the form connections_name_key.
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } unique => UniqueConflict(unique),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new StoreError.Full(),
        PostgresException { SqlState: "40001" or "40P01" or "55P03" or "53300" or "57014" } => new StoreError.Busy(),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied =>
            new StoreError.Unavailable($"PostgreSQL denies permission to this user: {Printable.Line(denied.MessageText, 200)}"),
        // Classes 22, 23 and 42 (values, constraints, SQL) are bugs of the exporter.
        PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] } => null,
        PostgresException server => new StoreError.Unavailable($"PostgreSQL returned error {server.SqlState}"),
        NpgsqlException or TimeoutException or System.Net.Sockets.SocketException => new StoreError.Unavailable("PostgreSQL cannot be reached"),
        _ => null,
    };

    private static NpgsqlConnectionStringBuilder ConnectionTo(StoreConfig.Postgres config) => new()
    {
        Host = config.Host,
        Port = config.Port,
        Username = config.User,
        Password = config.Password,
        Database = config.Database,
        SslMode = Enum.Parse<SslMode>(config.SslMode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
        RootCertificate = config.RootCertificate,
        ApplicationName = "fleet-exporter",
        MaxPoolSize = 20,

        // Longer than callers wait: ends abandoned operations.
        Timeout = 2,
        CommandTimeout = 5,
        IncludeErrorDetail = false,
    };

    private static StoreError.Conflict UniqueConflict(PostgresException unique)
    {
        var column = unique.ConstraintName is { } name && name.EndsWith("_key", StringComparison.Ordinal)
            ? name[..^4][(name.IndexOf('_', StringComparison.Ordinal) + 1)..]
            : "id";
        return new StoreError.Conflict(column, $"the {column} is already used; choose another");
    }
}
