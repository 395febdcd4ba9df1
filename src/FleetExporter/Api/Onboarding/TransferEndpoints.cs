using System.Text;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Onboarding.Import;
using FleetExporter.Store;

namespace FleetExporter.Api.Onboarding;

/// <summary>Hosts from an ssh_config, and hosts as text for fleet.yml.</summary>
internal static class TransferEndpoints
{
    private const string Header =
        """
        What was added through the API of FleetExporter, for fleet.yml. ssh: and other settings are not included.
        A name in fleet.yml precedes a connection or target of the same name: after the reload, delete these.
        """;

    public static void MapTransfer(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/import", ([AsParameters] Call call) => call.ImportAsync())
            .Needs(Scope.Admin).Audits(ControlAction.Import).Takes<ImportBody>().Produces<ImportView>()
            .WithSummary("Reads an ssh_config into hosts; creates nothing.");

        routes.MapGet("/api/export", ([AsParameters] Call call) => call.ExportAsync())
            .Needs(Scope.Admin).Audits(ControlAction.Export).Produces<string>(StatusCodes.Status200OK, "text/yaml")
            .WithSummary("Connections and targets created by the API, as text for fleet.yml.");
    }

    internal sealed record Call(HttpContext Context, Connections Connections, Watchlist Watchlist, TargetList Targets, LiveConfig Config)
    {
        public async Task<IResult> ImportAsync()
        {
            var (body, problem) = await JsonBody.ReadAsync<ImportBody>(Context).ConfigureAwait(false);
            if (body is null)
            {
                return problem!;
            }

            if (body.SshConfig is not { Length: > 0 and <= SshImport.MaxBytes } text || Encoding.UTF8.GetByteCount(text) > SshImport.MaxBytes)
            {
                return Problem.Unprocessable("ssh_config", $"Required; give at most {SshImport.MaxBytes >> 10} KiB of text.");
            }

            await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var config = Config.Current;
            var taken = config.Names.Concat(Watchlist.All.Select(w => w.Connection.Name)).Concat(Targets.All.Select(t => t.Name))
                .ToHashSet(StringComparer.Ordinal);
            var file = SshConfigFile.Parse(text);
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return TypedResults.Ok(new ImportView([.. SshImport.HostsOf(file, config, home, taken.Contains)], file.Refused, file.Ignored));
        }

        public async Task<IResult> ExportAsync()
        {
            await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var all = await Connections.AllAsync(Context.RequestAborted).ConfigureAwait(false);
            if ((all.Error ?? await Targets.ReadAgainAsync(Context.RequestAborted).ConfigureAwait(false)) is { } error)
            {
                return Problem.Of(error);
            }

            var text = FleetExport.Yaml(Header, all.Value!, Targets.All);
            return TypedResults.Text(text, "text/yaml", Encoding.UTF8);
        }
    }
}

/// <param name="SshConfig">Text of an ssh_config, up to 256 KiB.</param>
internal sealed record ImportBody(string? SshConfig);

/// <param name="Refused">Directives that are not imported and may matter, at most 100.</param>
/// <param name="Ignored">Other directives, once each, at most 100.</param>
internal sealed record ImportView(
    IReadOnlyList<ImportedHost> Hosts, IReadOnlyList<RefusedDirective> Refused, IReadOnlyList<string> Ignored);
