using System.Net;
using FleetExporter.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Api.Access;

/// <summary>
/// Gives each request of an audited route its <see cref="AuditedCall"/>. If no action ends the call (request denied, body
/// invalid, endpoint without an action), one row by response status is written before the response starts.
/// </summary>
internal sealed class CallRecorder(Audit audit, TimeProvider clock)
{
    /// <summary>Response header set if writing the last audit row failed.</summary>
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

        // Before the response starts, so that clients then find the row.
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
            // The action did not run; no response has started.
            await Problem.NotAudited(e.Error).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch
        {
            await EndAsync(call, StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            throw;
        }

        // If the client disconnected, OnStarting did not run.
        await EndAsync(call, context.Response.StatusCode).ConfigureAwait(false);
    }

    /// <summary>Audits a wrong key.</summary>
    /// <param name="isChecked">Whether the key was checked; rate-limited attempts are counted without a row.</param>
    public Task WrongKeyAsync(HttpContext context, bool isChecked)
    {
        var call = new AuditedCall(audit, ControlAction.Authenticate, OriginOf(context, null), clock);
        if (!isChecked)
        {
            call.EndWithoutRow(AuditOutcome.Denied);
            return Task.CompletedTask;
        }

        var target = Printable.Line($"{context.Request.Method} {context.Request.Path}", 200);
        return call.EndAsync(AuditOutcome.Denied, new AuditDetails(target));
    }

    private static Task EndAsync(AuditedCall call, int status) =>
        call.IsRecorded ? Task.CompletedTask : call.EndWithStatusAsync(status);

    private static CallOrigin OriginOf(HttpContext context, Caller? caller)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return new CallOrigin(
            caller?.Name, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(), caller?.May(Scope.Admin) == true);
    }
}
