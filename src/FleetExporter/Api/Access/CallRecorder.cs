using System.Net;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using FleetExporter.Remote;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Access;

/// <summary>What a route adds to the audit row of its call.</summary>
internal sealed class CallNote
{
    /// <summary>Who it was, where the gate could not know.</summary>
    public string? Who { get; set; }

    public string? Target { get; set; }

    /// <summary>Goes into the store only.</summary>
    public string? Command { get; set; }

    public int? ExitCode { get; set; }

    /// <summary>How it came out, where a status below 400 does not tell.</summary>
    public AuditOutcome? Outcome { get; set; }

    /// <summary>The answer begins before the call has ended, so the row is written at the end.</summary>
    public bool EndsLater { get; set; }
}

/// <summary>Audits the calls of routes that ask for it: one row each, written before the answer begins, or when there will be none.</summary>
internal sealed class CallRecorder(Audit audit, TimeProvider clock)
{
    public async Task RunAsync(HttpContext context, RouteEndpoint route, Caller? caller, RequestDelegate next)
    {
        if (route.Metadata.GetMetadata<Audited>() is not { Action: var action })
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var note = new CallNote { Who = caller?.Name };
        context.Features.Set(note);
        var at = clock.GetUtcNow();
        var began = clock.GetTimestamp();
        var written = false;

        // A caller who has the answer finds the row.
        context.Response.OnStarting(() => note.EndsLater ? Task.CompletedTask : WriteAsync(context.Response.StatusCode));
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch
        {
            await WriteAsync(500).ConfigureAwait(false);
            throw;
        }

        if (context.RequestAborted.IsCancellationRequested || note.EndsLater)
        {
            await WriteAsync(context.Response.StatusCode).ConfigureAwait(false);
        }

        Task WriteAsync(int status)
        {
            var outcome = status switch
            {
                401 or 403 or 429 => AuditOutcome.Denied,
                428 => AuditOutcome.Asked,
                >= 400 => AuditOutcome.Failed,
                _ => note.Outcome ?? AuditOutcome.Ok,
            };
            if (written || (note.Who is null && outcome != AuditOutcome.Denied))
            {
                return Task.CompletedTask;
            }

            written = true;
            if (status == StatusCodes.Status429TooManyRequests)
            {
                audit.Count(action, outcome);
                return Task.CompletedTask;
            }

            return audit.WriteAsync(action, Entry(context, action, at, outcome) with
            {
                Who = note.Who ?? "",
                Target = note.Target,
                Command = note.Command,
                ExitCode = note.ExitCode,
                Duration = clock.GetElapsedTime(began),
            });
        }
    }

    /// <param name="looked">Whether it was looked at; what only runs against the limit is counted and not written down one by one.</param>
    public Task WrongKeyAsync(HttpContext context, bool looked)
    {
        if (!looked)
        {
            audit.Count(ControlAction.Authenticate, AuditOutcome.Denied);
            return Task.CompletedTask;
        }

        var target = Printable.Line($"{context.Request.Method} {context.Request.Path}", 200);
        return audit.WriteAsync(
            ControlAction.Authenticate, Entry(context, ControlAction.Authenticate, clock.GetUtcNow(), AuditOutcome.Denied) with { Target = target });
    }

    private static AuditEntry Entry(HttpContext context, ControlAction action, DateTimeOffset at, AuditOutcome outcome) => new()
    {
        At = at,
        Who = "",
        Address = (context.Connection.RemoteIpAddress is { } ip ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip : IPAddress.None).ToString(),
        Action = Words.Of(action),
        Duration = TimeSpan.Zero,
        Outcome = outcome,
    };
}
