using System.Diagnostics;
using System.Globalization;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Onboarding.Probing;

/// <summary>Tests one host step by step: client, name, port, host key, login, shell, then every collector once.</summary>
/// <param name="shell">A shell of the probe's own, so that it shares no connection with the host's monitor.</param>
internal sealed class HostProbe(HostConfig host, IShell shell, TimeProvider clock)
{
    public const string HostKey = "host key";

    /// <summary>A command that hangs is killed after one to two of these.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private static readonly string[] Steps = [HostKey, "login", "shell"];

    private static readonly Check SkippedCollectors = new(
        "collectors", Verdict.Skipped, Detail: string.Join(' ', CollectorCatalog.All.Select(c => c.Name)));

    /// <param name="checks">Receives the checks.</param>
    public async Task RunAsync(CheckList checks, CancellationToken stop)
    {
        if (host.Address is { } address && host.Simulated is null)
        {
            await CheckPortAsync(address, checks, stop).ConfigureAwait(false);
        }

        if (checks.Failed > 0)
        {
            await checks.EndAsync([.. Steps.Select(name => new Check(name, Verdict.Skipped)), SkippedCollectors]).ConfigureAwait(false);
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var vitals = CollectorCatalog.All.Where(c => c.Stream == StreamKind.Vitals).ToList();
        SamplerStream stream;
        try
        {
            await checks.BeginAsync(host.Address is null ? "shell" : HostKey).ConfigureAwait(false);
            stream = await OpenAsync(StreamKind.Vitals, vitals, stop).ConfigureAwait(false);
        }
        catch (StreamException e)
        {
            await checks.EndAsync([.. Explain(e), SkippedCollectors]).ConfigureAwait(false);
            return;
        }

        await using (stream.ConfigureAwait(false))
        {
            var startTime = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await checks.EndAsync(
            [
                .. host.Address is null ? (IEnumerable<Check>)[]
                    : [new(HostKey, Verdict.Ok), new("login", Verdict.Ok, Detail: $"as {Printable.Line(stream.Hello.User, 80)}")],
                new("shell", Verdict.Ok, Detail: string.Create(CultureInfo.InvariantCulture, $"the sampler started in {startTime:0} ms")),
            ]).ConfigureAwait(false);
            await new SectionProbe(host, checks).RunAsync(stream, vitals, stop).ConfigureAwait(false);
            await AskGpusAsync(stream, checks, stop).ConfigureAwait(false);
        }
    }

    private async Task CheckPortAsync(HostAddress address, CheckList checks, CancellationToken stop)
    {
        var choice = SshClientChoice.Of(host.Ssh, Environment.GetEnvironmentVariable);
        await checks.EndAsync(ClientOf(choice)).ConfigureAwait(false);
        await checks.BeginAsync("name").ConfigureAwait(false);
        var endpoint = choice.IsBuiltin
            ? new SshEndpoint(address.Host, address.Port ?? 22, ViaJumpHost: false)
            : await SshEndpoint.ResolveAsync(address, host.Ssh, stop).ConfigureAwait(false);
        await endpoint.CheckAsync(checks, host.Ssh.ConnectTimeout, stop).ConfigureAwait(false);
    }

    private async Task AskGpusAsync(SamplerStream stream, CheckList checks, CancellationToken stop)
    {
        var gpus = CollectorCatalog.All.Where(c => c.Stream == StreamKind.Gpu).ToList();
        if (gpus.TrueForAll(c => c.OffBecause(host, null) is not null))
        {
            await checks.EndAsync(gpus.Select(c => new Check(c.Name, Verdict.Off, Detail: c.OffBecause(host, null)))).ConfigureAwait(false);
            return;
        }

        try
        {
            // The first stream owns the connection and must stay open until the second is done.
            await using var kept = new Timer(_ => _ = stream.KeepAliveAsync(stop), null, Lease / 2, Lease / 2);
            await using var second = await OpenAsync(StreamKind.Gpu, gpus, stop).ConfigureAwait(false);
            await new SectionProbe(host, checks).RunAsync(second, gpus, stop).ConfigureAwait(false);
        }
        catch (StreamException e)
        {
            await checks.EndAsync(gpus.Select(c =>
                new Check(c.Name, Verdict.Failed, "timeout", e.Message, c.Fix(CollectorFailure.Timeout)))).ConfigureAwait(false);
        }
    }

    private Task<SamplerStream> OpenAsync(StreamKind kind, List<HostCollector> collectors, CancellationToken stop) => SamplerStream.OpenAsync(
        shell, kind, [.. collectors.Select(c => new SectionScript(c.Name, c.Script(host)))],
        Lease, ScriptSession.OpenLimit(host.Ssh), clock, stop);

    private static Check ClientOf(SshClientChoice choice) => choice.IsBuiltin || SshClientChoice.HasOpenSsh(Environment.GetEnvironmentVariable)
        ? new("client", Verdict.Ok, Detail: $"{choice.Client}: {choice.Reason}")
        : new(
            "client", Verdict.Failed, Words.Of(SshFailure.Shell),
            $"OpenSSH's client is not installed on this machine, but required: {choice.Reason}",
            "Install it (Debian: openssh-client), or change the setting that requires it.");

    /// <summary>The failed step, the passed ones before it and the skipped ones after it.</summary>
    private IEnumerable<Check> Explain(StreamException e)
    {
        var failed = e.Reason switch
        {
            SshFailure.HostkeyUnknown or SshFailure.HostkeyChanged or SshFailure.Banner or SshFailure.Refused or SshFailure.Dns
                or SshFailure.Unreachable => 0,
            SshFailure.Auth => 1,
            SshFailure.Timeout or SshFailure.Closed => 0,
            _ => 2,
        };
        var unreadable = e.Reason == SshFailure.Auth && host.Ssh.KeyFile is { } file ? PrivateKeys.ReadError(file) : null;
        var fix = unreadable is null ? Fixes.Of(e.Reason) : Fixes.UnreadableKey;
        return Steps.Select((name, i) => i < failed
            ? new Check(name, Verdict.Ok)
            : i > failed ? new Check(name, Verdict.Skipped) : new Check(name, Verdict.Failed, Words.Of(e.Reason), unreadable ?? e.Message, fix));
    }
}
