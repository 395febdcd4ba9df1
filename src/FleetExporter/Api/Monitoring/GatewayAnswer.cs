using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.Parsing;

namespace FleetExporter.Api.Monitoring;

/// <summary>The answer of a gateway to a request that is sent because a client asks.</summary>
/// <param name="Value">Null if the request failed.</param>
/// <param name="Reason">Why it failed: <c>unsupported</c>, <c>unknown_shape</c>, or a word of <see cref="TargetFailure"/>.</param>
/// <param name="Message">The same in words.</param>
internal sealed record GatewayAnswer<T>(T? Value, string? Reason, string? Message)
    where T : class;

/// <summary>Requests to gateways that are sent because a client asks.</summary>
internal static class OnDemandRequests
{
    /// <summary>How long a gateway may take to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks a gateway over its poller's connection.</summary>
    /// <param name="parse">Parses the payload, and must not keep a reference to it.</param>
    public static async Task<GatewayAnswer<T>> AskAsync<T>(
        this GatewayCallContext context, string gateway, GatewayCall call, Func<JsonElement, T> parse, CancellationToken stop)
        where T : class
    {
        using var timeout = new CancellationTokenSource(Timeout, context.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            return context.Links.Find<GatewayLink>(gateway) is { } link
                ? new GatewayAnswer<T>(await link.AskAsync(call, parse, either.Token).ConfigureAwait(false), null, null)
                : Failed(Words.Of(TargetFailure.Refused), "the gateway is not watched yet");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Failed(Words.Of(TargetFailure.Timeout), $"no answer within {Duration.Format(Timeout)}");
        }
        catch (TargetFailureException e)
        {
            return Failed(Words.Of(e.Reason), e.Message);
        }
        catch (GatewayErrorException e)
        {
            return Failed(e.Error.IsUnknownMethod ? Words.Of(GatewayGap.Unsupported) : Words.Of(TargetFailure.ReportedError), e.Message);
        }
        catch (FormatException e)
        {
            return Failed(Words.Of(GatewayGap.UnknownShape), e.Message);
        }

        static GatewayAnswer<T> Failed(string reason, string message) => new(null, reason, message);
    }
}
