using System.Text.Json;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Api.Onboarding;

/// <summary>The host of a request: the fields of a connection that need not exist, or <c>connection</c>, the id or name of one that does.</summary>
/// <param name="Json">The whole body.</param>
internal sealed record HostBody(HostConfig Host, JsonElement Json)
{
    private const string Existing = "connection";

    /// <summary>For people and the audit.</summary>
    public string Name => Host.Name.Length > 0 ? Host.Name : $"{Host.Address}";

    /// <param name="others">More fields, which the caller reads.</param>
    /// <returns>The host, or a problem.</returns>
    public static async Task<(HostBody? Body, IResult? Problem)> ReadAsync(
        HttpContext context, Watchlist watchlist, FleetConfig config, params IReadOnlyList<string> others)
    {
        var (read, problem) = await JsonBody.ReadObjectAsync(context).ConfigureAwait(false);
        if (read is not { } json)
        {
            return (null, problem);
        }

        if (json.TryGetProperty(Existing, out var key))
        {
            return key.ValueKind != JsonValueKind.String || json.EnumerateObject().Any(m => m.Name != Existing && !others.Contains(m.Name))
                ? (null, Problem.Unprocessable(Existing, "Give either the id or name of a connection, or the fields of a host."))
                : await FindAsync(key.GetString()!, json, watchlist, config, context.RequestAborted).ConfigureAwait(false);
        }

        var (change, errors) = ConnectionBody.Table(config.KeyFolders, isNameRequired: false, others).Read(json, isNew: true);
        return change is null ? (null, Problem.Unprocessable(errors))
            : WatchedConnection.HostOf(change(new Connection { Name = "", Hostname = "" }), config) is { } host ? (new(host, json), null)
            : (null, Problem.Unprocessable("hostname", "Give a name, an address or [v6], without a user or port."));
    }

    /// <summary>A disconnected connection has a host too.</summary>
    private static async Task<(HostBody? Body, IResult? Problem)> FindAsync(
        string key, JsonElement json, Watchlist watchlist, FleetConfig config, CancellationToken stop)
    {
        var found = await watchlist.ResolveAsync(key, stop).ConfigureAwait(false);
        if (!found.Success)
        {
            return (null, Problem.Of(found.Error));
        }

        var (connection, watched, idle) = found.Value;
        var host = watched ?? (connection.Source == ConnectionSource.Api
            ? WatchedConnection.HostOf(connection, config)
            : config.Hosts.FirstOrDefault(h => h.Name == connection.Name));
        return host is null ? (null, Problem.Of(409, "Not a host of this exporter", $"{connection.Name}: {idle}.")) : (new(host, json), null);
    }
}
