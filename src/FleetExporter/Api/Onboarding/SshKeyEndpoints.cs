using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Onboarding.Keys;

namespace FleetExporter.Api.Onboarding;

/// <summary>Private keys that connections may use; never the keys themselves.</summary>
internal static class SshKeyEndpoints
{
    public static void MapSshKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/ssh/keys", (SshKeys keys) => TypedResults.Ok(new SshKeysView(keys.List(), keys.Folder)))
            .Needs(Scope.Admin).Audits(ControlAction.SshKeyList)
            .WithSummary("Private keys that connections may use, without their secrets.");

        routes.MapPost("/api/ssh/keys", CreateAsync)
            .Needs(Scope.Admin).Audits(ControlAction.SshKeyCreate).Takes<SshKeyBody>().Produces<SshKey>(StatusCodes.Status201Created)
            .WithSummary("Creates an ed25519 key in the folder keys of data_dir.");
    }

    private static async Task<IResult> CreateAsync(HttpContext context, SshKeys keys)
    {
        var (body, problem) = await JsonBody.ReadAsync<SshKeyBody>(context).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        if (body.Name is not { } name || !SshKeys.IsName(name))
        {
            return Problem.Unprocessable("name", "Give 1 to 63 letters, digits, ., _, -, beginning with a letter or digit, not ending in .pub.");
        }

        return await context.AuditAsync(new AuditDetails(name), () =>
        {
            IResult result;
            try
            {
                var created = keys.Create(name);
                result = created.Success ? TypedResults.Created((string?)null, created.Value) : Problem.Of(created.Error);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                result = Problem.Of(503, "The key cannot be written", $"{keys.Folder}: {Printable.Line(e.Message, 300)}");
            }

            return Task.FromResult(result);
        }).ConfigureAwait(false);
    }
}

/// <param name="Name">Name of the file: 1 to 63 letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</param>
internal sealed record SshKeyBody(string? Name);

/// <param name="Folder">Where new keys are created.</param>
internal sealed record SshKeysView(IReadOnlyList<SshKey> Items, string Folder);
