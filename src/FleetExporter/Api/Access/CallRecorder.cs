using System.Net;
using FleetExporter.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Access;

/// <summary>
/// Gives each request of an audited route its <see cref="AuditedCall"/>. A call that no action has recorded, because the request was denied, its body
/// was unreadable or the endpoint does something simple, gets one row by the status of the response, before the response begins.
/// </summary>
internal sealed class CallRecorder(Audit audit, TimeProvider clock)
{
    /// <summary>A header of responses to calls whose last row the store did not take.</summary>
    public const string Header = "Fleet-Audit";

    public async Task RunAsync(HttpContext context, RouteEndpoint route, Caller? caller, RequestDelegate next)
    {
        if (route.Metadata.GetMetadata<Audited>() is not { Action: var action })
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var call = new AuditedCall(audit, action, OriginOf(context, caller), clock);
        context.Features.Set(call);

        // Before the response begins, so that whoever has it finds the row.
        context.Response.OnStarting(async () =>
        {
            await EndAsync(call, context.Response.StatusCode).ConfigureAwait(false);
            if (call.AuditError is not null)
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
            // No response has begun, because nothing was done.
            await Problem.NotAudited(e.Error).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch
        {
            await EndAsync(call, StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            throw;
        }

        // There may have been no response: the client is gone.
        await EndAsync(call, context.Response.StatusCode).ConfigureAwait(false);
    }

    /// <summary>Audits a wrong key.</summary>
    /// <param name="looked">Whether it was checked; if it only ran into the rate limit it is counted and has no row.</param>
    public Task WrongKeyAsync(HttpContext context, bool looked)
    {
        var call = new AuditedCall(audit, ControlAction.Authenticate, OriginOf(context, null), clock);
        if (!looked)
        {
            call.EndWithoutRow(AuditOutcome.Denied);
            return Task.CompletedTask;
        }

        var target = Printable.Line($"{context.Request.Method} {context.Request.Path}", 200);
        return call.EndAsync(AuditOutcome.Denied, new AuditDetails(target));
    }

    private static Task EndAsync(AuditedCall call, int status) =>
        call.IsRecorded ? Task.CompletedTask : call.EndWithStatusAsync(status, new AuditDetails());

    private static CallOrigin OriginOf(HttpContext context, Caller? caller)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return new CallOrigin(
            caller?.Name, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(), caller?.May(Scope.Admin) == true);
    }
}
