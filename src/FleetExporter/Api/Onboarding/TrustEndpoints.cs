using System.Text.Json;
using System.Text.RegularExpressions;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Onboarding.Keys;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Api.Onboarding;

/// <summary>Adds a host key to known_hosts, if the host presents the key that the caller has compared.</summary>
internal static partial class TrustEndpoints
{
    private const string Fingerprint = "fingerprint";

    public static void MapTrust(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/dgx/trust", ([AsParameters] Call call) => call.RunAsync())
            .Needs(Scope.Admin).Audits(ControlAction.HostKeyTrust).Takes<TrustBody>().Produces(StatusCodes.Status204NoContent)
            .WithSummary("Trusts the key of a host if it has the given fingerprint, and retries the host.");

    internal sealed record Call(
        HttpContext Context, Watchlist Watchlist, LiveConfig Config, ProbeSlots Slots, WatchConnection Watch, TimeProvider Clock)
    {
        public async Task<IResult> RunAsync()
        {
            var (body, problem) = await HostBody.ReadAsync(Context, Watchlist, Config.Current, Fingerprint).ConfigureAwait(false);
            if (body is null)
            {
                return problem!;
            }

            var isText = body.Json.TryGetProperty(Fingerprint, out var given) && given.ValueKind == JsonValueKind.String;
            if (!isText || !Pattern().IsMatch(given.GetString()!))
            {
                return Problem.Unprocessable(Fingerprint, "Required; give SHA256: and 43 characters, as ssh-keygen -l prints it.");
            }

            if (body.Host.Address is not { } address)
            {
                return Problem.Of(409, "No host key", $"{body.Name} is not reached over SSH.");
            }

            using var slot = Slots.TryTake();
            return slot is null ? ProbeEndpoints.Busy(Context)
                : await Context.AuditAsync(
                    new AuditDetails(Printable.Line($"{address} {given}", 200)),
                    () => TrustAsync(address, body.Host.Ssh, given.GetString()!)).ConfigureAwait(false);
        }

        private async Task<IResult> TrustAsync(HostAddress address, SshConfig ssh, string fingerprint)
        {
            var known = new KnownHosts(ssh.KnownHosts);
            using var limit = new CancellationTokenSource(ProbeEndpoints.TimeLimit, Clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Context.RequestAborted);
            try
            {
                if (await PresentedKey.FetchAsync(address, ssh, known, Clock, stop.Token).ConfigureAwait(false) is { } key)
                {
                    if (key.Fingerprint != fingerprint)
                    {
                        return Problem.Of(
                            409, "Another host key",
                            $"{address} presents {Printable.Line(key.Type, 64)} {key.Fingerprint} now, not {fingerprint}. Nothing was trusted. "
                            + $"Someone may be in the middle: compare it on the host with ssh-keygen -lf {key.FileOnHost}.");
                    }

                    known.Add(key.Name, key.Type, key.Key);
                }
                else if (known.Find(KnownHosts.NameOf(address)).Keys is { Count: > 0 } trusted
                    && trusted.All(k => HostKeyCheck.FingerprintOf(k.Key) != fingerprint))
                {
                    return Problem.Of(
                        409, "Another host key",
                        $"{address} is trusted already, with {HostKeyCheck.FingerprintOf(trusted[0].Key)}, not with {fingerprint}. Nothing changed.");
                }
            }
            catch (StreamException e) when (e.Reason == SshFailure.HostkeyChanged)
            {
                return Problem.Of(409, "The host key has changed", $"{Printable.Line(e.Message, 600)} Find out why first.");
            }
            catch (StreamException e)
            {
                return Problem.Of(502, "The host presents no key", $"{Words.Of(e.Reason)}: {Printable.Line(e.Message, 600)}");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return Problem.Of(502, "The host presents no key", $"timeout: no key within {ProbeEndpoints.TimeLimit.TotalSeconds:0} s");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Problem.Of(503, "known_hosts cannot be used", $"{known.Path}: {Printable.Line(e.Message, 300)}");
            }

            await Watch.RetryAsync(KnownHosts.NameOf(address), known.Path).ConfigureAwait(false);
            return TypedResults.NoContent();
        }
    }

    [GeneratedRegex(@"^SHA256:[A-Za-z0-9+/]{43}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>The address of a host, or <c>connection</c>, and the fingerprint that was compared.</summary>
/// <param name="Connection">Id or name of an existing connection.</param>
/// <param name="Fingerprint"><c>SHA256:…</c></param>
internal sealed record TrustBody(string? Hostname, int? Port, string? Username, string? Connection, string Fingerprint);
