using System.Net;
using FleetExporter.Access;
using FleetExporter.Api.Http;
using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Access;

/// <summary>
/// Audits the calls of routes that ask for it: the last row of each is written before the answer begins, or when there will be none.
/// </summary>
internal sealed class CallRecorder(Audit audit, TimeProvider clock)
{
    /// <summary>A header of answers to calls whose end the audit did not take.</summary>
    public const string Header = "Fleet-Audit";

    public async Task RunAsync(HttpContext context, RouteEndpoint route, Caller? caller, RequestDelegate next)
    {
        if (route.Metadata.GetMetadata<Audited>() is not { Action: var action })
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var note = new CallNote(audit, action, Entry(context, action, AuditOutcome.Ok) with { Who = caller?.Name ?? "" }, clock);
        context.Features.Set(note);

        // A caller who has the answer finds the row.
        context.Response.OnStarting(async () =>
        {
            if (!note.EndsLater)
            {
                await note.EndAsync(context.Response.StatusCode).ConfigureAwait(false);
            }

            if (note.Error is not null)
            {
                context.Response.Headers[Header] = "failed";
            }
        });
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (NotAuditedException e)
        {
            // No answer has begun, because nothing was done.
            await Problem.NotAudited(e.Error).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch
        {
            await note.EndAsync(StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            throw;
        }

        // Nothing where the answer has begun: that wrote it.
        await note.EndAsync(context.Response.StatusCode).ConfigureAwait(false);
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
        return audit.WriteAsync(ControlAction.Authenticate, Entry(context, ControlAction.Authenticate, AuditOutcome.Denied) with { Target = target });
    }

    private AuditEntry Entry(HttpContext context, ControlAction action, AuditOutcome outcome) => new()
    {
        At = clock.GetUtcNow(),
        Who = "",
        Address = (context.Connection.RemoteIpAddress is { } ip ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip : IPAddress.None).ToString(),
        Action = Words.Of(action),
        Duration = TimeSpan.Zero,
        Outcome = outcome,
    };
}
