using System.Security.Cryptography;
using System.Text.Json;
using FleetExporter.Api.Http;
using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.Net.Http.Headers;

namespace FleetExporter.Api.Resources;

/// <summary>Optimistic concurrency of connections: the ETag of what was read, and If-Match of a change.</summary>
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

    /// <summary>Whether a stored connection is one that If-Match lists; null without If-Match.</summary>
    public static Func<Connection, bool>? Condition(HttpContext context)
    {
        if (context.Request.Headers.IfMatch.Count == 0)
        {
            return null;
        }

        var tags = context.Request.GetTypedHeaders().IfMatch;
        return stored => tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || (!t.IsWeak && t.Tag == Of(ConnectionView.Of(stored))));
    }

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

    /// <summary>A digest of all but the time of the last connection, which changes by itself.</summary>
    private static string Of(ConnectionView view) => $"\"{Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(view with { LastConnectedAt = null })).AsSpan(0, 16))}\"";
}
