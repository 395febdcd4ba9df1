using System.Text.Json;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>Why messages did not arrive.</summary>
internal enum UndeliveredKind
{
    /// <summary>The gateway gave up on sending them.</summary>
    OutboundFailed,

    /// <summary>The gateway received them and gave up on handing them to an agent.</summary>
    InboundFailed,

    /// <summary>Received, but waiting behind a message that was tried 8 times, or whose run holds it for too long.</summary>
    InboundStuck,
}

/// <summary>Messages of one queue that did not arrive.</summary>
/// <param name="Queue">The outbound queue, such as <c>outbound-prepared-v1</c>, or the channel.</param>
/// <param name="Oldest">When the oldest one failed; of stuck ones, when it was received.</param>
internal sealed record GatewayUndelivered(UndeliveredKind Kind, string Queue, double Messages, DateTimeOffset? Oldest)
{
    /// <summary>Parses <c>deliveryQueues</c> of the answer of <c>health</c>.</summary>
    /// <returns>Accounts of a channel are summed. Null if the gateway does not report any: it omits them if there are none.</returns>
    /// <remarks>From the schema and source of 2026.9.6; 2026.5.28 does not have it.</remarks>
    public static IReadOnlyList<GatewayUndelivered>? Of(JsonElement payload) => payload.Member("deliveryQueues") is { } queues
        ? [
            .. Rows(UndeliveredKind.OutboundFailed, queues, "failed", "queueName", "oldestFailedAt", r => r.Amount("count")),
            .. Rows(UndeliveredKind.InboundFailed, queues, "ingressFailed", "channelId", "oldestFailedAt", r => r.Amount("count")),
            .. Rows(
                UndeliveredKind.InboundStuck, queues, "ingressPressure", "channelId", "oldestReceivedAt",
                r => r.Amount("pendingCount") + r.Amount("claimedCount")),
        ]
        : null;

    private static IEnumerable<GatewayUndelivered> Rows(
        UndeliveredKind kind, JsonElement queues, string list, string name, string oldest, Func<JsonElement, double?> count) =>
        from row in queues.Items(list)
        let found = (Queue: GatewayName.Clean(row.Text(name)), Count: count(row), Oldest: row.Moment(oldest))
        where found is { Queue: not null, Count: not null }
        group found by found.Queue into queue
        select new GatewayUndelivered(kind, queue.Key, queue.Sum(r => r.Count!.Value), queue.Min(r => r.Oldest));
}
