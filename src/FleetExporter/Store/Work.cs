using System.Data.Common;
using Dapper;

namespace FleetExporter.Store;

/// <summary>One unit of work on the store: its connection, and its transaction when it writes.</summary>
/// <param name="LockRow">
/// What a SELECT ends with so that nobody else changes the row before the transaction ends; empty where there is one writer.
/// </param>
/// <param name="Stop">Cancels reads; null-like for writes, which are never cut short.</param>
internal sealed record Work(DbConnection Connection, DbTransaction? Transaction, string LockRow, CancellationToken Stop)
{
    /// <summary>Time for a statement, in seconds; null is the default of the store.</summary>
    public int? Timeout { get; init; }

    public Task<TRow?> OneAsync<TRow>(string sql, object args) => Connection.QueryFirstOrDefaultAsync<TRow>(Command(sql, args));

    public async Task<List<TRow>> ManyAsync<TRow>(string sql, object args) =>
        (await Connection.QueryAsync<TRow>(Command(sql, args)).ConfigureAwait(false)).AsList();

    public Task<int> RunAsync(string sql, object? args = null) => Connection.ExecuteAsync(Command(sql, args));

    private CommandDefinition Command(string sql, object? args) => new(sql, args, Transaction, Timeout, cancellationToken: Stop);
}
