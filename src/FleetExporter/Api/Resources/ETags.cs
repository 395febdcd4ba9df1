using System.Security.Cryptography;
using System.Text.Json;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.Net.Http.Headers;

namespace FleetExporter.Api.Resources;

/// <summary>Optimistic concurrency: the ETag of what was read, and If-Match of a change.</summary>
internal static class ETags
{
    /// <summary>Rows of the audit in which the latest change is looked for.</summary>
    private const int MaxRows = 200;

    private static readonly string[] Changes =
        [Words.Of(ControlAction.ConnectionChange), Words.Of(ControlAction.Connect), Words.Of(ControlAction.Disconnect)];

    /// <summary>Sets the response's ETag.</summary>
    public static ConnectionView Set(HttpContext context, ConnectionView view)
    {
        context.Response.Headers.ETag = Of(view);
        return view;
    }

    /// <summary>Sets the response's ETag.</summary>
    public static void Set(HttpContext context, StoredTarget row) => context.Response.Headers.ETag = Of(row);

    /// <summary>Whether a stored connection is one that If-Match lists; null without If-Match.</summary>
    public static Func<Connection, bool>? OfConnection(HttpContext context) => Condition<Connection>(context, c => Of(ConnectionView.Of(c)));

    /// <summary>Whether a stored target is one that If-Match lists; null without If-Match.</summary>
    public static Func<StoredTarget, bool>? OfTarget(HttpContext context) => Condition<StoredTarget>(context, Of);

    /// <summary>Sets the response's ETag to one of all rows of a list.</summary>
    public static void Set<T>(HttpContext context, ValueList<T> rows) => context.Response.Headers.ETag = Of(rows);

    /// <summary>Whether the stored rows of a list are those that If-Match lists; null without If-Match.</summary>
    public static Func<ValueList<T>, bool>? OfList<T>(HttpContext context) => Condition<ValueList<T>>(context, Of);

    /// <summary>412, with the caller of the latest change if the audit knows it.</summary>
    public static async Task<IResult> ChangedAsync(AuditLog log, Connection connection, CancellationToken stop)
    {
        var rows = await log.ListAsync(MaxRows, null, stop).ConfigureAwait(false);
        var latest = rows.Value?.Items.FirstOrDefault(r =>
            r.Outcome == AuditOutcome.Ok && Changes.Contains(r.Action) && (r.Target == connection.Id || r.Target == connection.Name));
        return Problem.Of(
            412, "Changed meanwhile",
            $"The connection has been changed meanwhile{(latest is null ? "" : $" by {latest.Who}")}; get it again and repeat the change.");
    }

    private static Func<T, bool>? Condition<T>(HttpContext context, Func<T, string> tagOf)
    {
        if (context.Request.Headers.IfMatch.Count == 0)
        {
            return null;
        }

        var tags = context.Request.GetTypedHeaders().IfMatch;
        return stored => tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || (!t.IsWeak && t.Tag == tagOf(stored)));
    }

    /// <summary>A digest of all but the time of the last connection, which changes by itself.</summary>
    private static string Of(ConnectionView view) => Of((object)(view with { LastConnectedAt = null }));

    private static string Of(StoredTarget row) => Of((object)row);

    private static string Of<T>(ValueList<T> rows) => Of((object)rows.ToArray());

    private static string Of(object stored) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(stored, stored.GetType())).AsSpan(0, 16))}\"";
}
