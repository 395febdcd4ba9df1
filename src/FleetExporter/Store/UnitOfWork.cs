using System.Data.Common;
using Dapper;

namespace FleetExporter.Store;

/// <summary>A unit of work: its connection, and its transaction for writes.</summary>
/// <param name="LockRow">
/// Suffix of a SELECT that locks its rows until the transaction ends; empty where there is one writer.
/// </param>
/// <param name="Stop">Cancels reads; <see cref="CancellationToken.None"/> for writes.</param>
internal sealed record UnitOfWork(DbConnection Connection, DbTransaction? Transaction, string LockRow, CancellationToken Stop)
{
    /// <summary>Timeout of a statement in seconds; null for the default of the store.</summary>
    public int? Timeout { get; init; }

    public Task<TRow?> OneAsync<TRow>(string sql, object args) => Connection.QueryFirstOrDefaultAsync<TRow>(Command(sql, args));

    public async Task<List<TRow>> ManyAsync<TRow>(string sql, object args) =>
        (await Connection.QueryAsync<TRow>(Command(sql, args)).ConfigureAwait(false)).AsList();

    public Task<int> RunAsync(string sql, object? args = null) => Connection.ExecuteAsync(Command(sql, args));

    private CommandDefinition Command(string sql, object? args) => new(sql, args, Transaction, Timeout, cancellationToken: Stop);
}
