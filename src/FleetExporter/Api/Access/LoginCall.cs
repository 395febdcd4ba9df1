using FleetExporter.Access;
using FleetExporter.Api.Http;
using FleetExporter.Control;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Access;

/// <summary>A request to log in, with a key or with the code of a login link.</summary>
internal sealed record LoginCall(
    HttpContext Context, AuthenticationMiddleware Authentication, LoginLinks Links, AdminKey Admin, KeyRing Keys, LoginSessions Sessions,
    AccessTokensSync Tokens)
{
    public async Task<IResult> LoginAsync()
    {
        var (body, problem) = await JsonBody.ReadAsync<LoginBody>(Context).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        var (caller, refusal) = body switch
        {
            { Key.Length: > 0, Code: null } => Authentication.Verify(Context, body.Key),
            { Key: null, Code.Length: > 0 } => VerifyCode(body.Code),
            _ => (null, Problem.Unprocessable("key", "Either key or code is required, not both.")),
        };
        if (caller?.Key is not { } hash)
        {
            return refusal!;
        }

        var details = new AuditDetails(body.Code is null ? null : "login link") { LoginName = caller.Name };
        return await Context.AuditAsync(details, async () =>
        {
            Sessions.Begin(Context, hash);
            await Tokens.BegunAsync().ConfigureAwait(false);
            return TypedResults.NoContent();
        }).ConfigureAwait(false);
    }

    private (Caller? Caller, ProblemHttpResult? Refusal) VerifyCode(string code)
    {
        var reason = LocalRequest.ForwardedBy(Context) is { } header ? $"it has the header {header}, which a proxy adds"
            : LocalRequest.IsFromLoopback(Context) ? null
            : "it comes from another machine";
        if (reason is not null)
        {
            return (null, Problem.Of(
                403, "Not from this machine",
                $"A login link works only in a browser on the exporter's machine that opens the exporter directly; this request does not: {reason}. "
                + "Open the link there, or log in with a key."));
        }

        try
        {
            return Authentication.Verify(
                Context, () => Links.Redeem(code) ? Keys.Find(Admin.Hash) : null,
                "The login link is wrong, used or expired; run fleet-exporter login for a new link.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Problem.Of(
                503, "Login links are unavailable",
                "The exporter cannot read or write the folder login-links of its data_dir; correct its owner and rights, or log in with a key."));
        }
    }
}

/// <param name="Code">Code of a login link, instead of <paramref name="Key"/>.</param>
internal sealed record LoginBody(string? Key, string? Code)
{
    public override string ToString() => nameof(LoginBody);
}
