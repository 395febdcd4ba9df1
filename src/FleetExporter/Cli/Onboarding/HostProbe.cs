using System.Diagnostics;
using System.Globalization;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Cli.Onboarding;

/// <summary>Tests one host step by step: client, name, port, host key, login, shell, then every collector once.</summary>
internal sealed class HostProbe(HostConfig host, IShell shell, TimeProvider clock)
{
    /// <summary>A command that hangs is killed after one to two of these.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SectionsTimeout = TimeSpan.FromSeconds(40);

    private static readonly string[] Steps = ["host key", "login", "shell"];

    private static readonly Check SkippedCollectors = new(
        "collectors", Verdict.Skipped, Detail: string.Join(' ', CollectorCatalog.All.Select(c => c.Name)));

    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken stop)
    {
        List<Check> checks = [];
        if (host.Address is { } address && host.Simulated is null)
        {
            var choice = SshClientChoice.Of(host.Ssh, Environment.GetEnvironmentVariable);
            checks.Add(ClientOf(choice));
            var endpoint = choice.IsBuiltin
                ? new SshEndpoint(address.Host, address.Port ?? 22, ViaJumpHost: false)
                : await SshEndpoint.ResolveAsync(address, host.Ssh, stop).ConfigureAwait(false);
            checks.AddRange(await endpoint.CheckAsync(host.Ssh.ConnectTimeout, stop).ConfigureAwait(false));
        }

        if (checks.Exists(c => c.Verdict == Verdict.Failed))
        {
            return [.. checks, .. Steps.Select(name => new Check(name, Verdict.Skipped)), SkippedCollectors];
        }

        var started = Stopwatch.GetTimestamp();
        var vitals = CollectorCatalog.All.Where(c => c.Stream == StreamKind.Vitals).ToList();
        SamplerStream stream;
        try
        {
            stream = await OpenAsync(StreamKind.Vitals, vitals, stop).ConfigureAwait(false);
        }
        catch (StreamException e)
        {
            return [.. checks, .. Explain(e), SkippedCollectors];
        }

        await using (stream.ConfigureAwait(false))
        {
            checks.AddRange(host.Address is null ? [] : [new("host key", Verdict.Ok), new("login", Verdict.Ok, Detail: $"as {stream.Hello.User}")]);
            var startTime = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            checks.Add(new(
                "shell", Verdict.Ok, Detail: string.Create(CultureInfo.InvariantCulture, $"the sampler started in {startTime:0} ms")));
            checks.AddRange(await AskAsync(stream, vitals, stop).ConfigureAwait(false));
            var gpus = CollectorCatalog.All.Where(c => c.Stream == StreamKind.Gpu).ToList();
            if (gpus.TrueForAll(c => c.OffBecause(host, null) is not null))
            {
                return [.. checks, .. gpus.Select(c => new Check(c.Name, Verdict.Off, Detail: c.OffBecause(host, null)))];
            }

            try
            {
                // The first stream owns the connection and must stay open until the second is done.
                await using var kept = new Timer(_ => _ = stream.KeepAliveAsync(stop), null, Lease / 2, Lease / 2);
                await using var second = await OpenAsync(StreamKind.Gpu, gpus, stop).ConfigureAwait(false);
                checks.AddRange(await AskAsync(second, gpus, stop).ConfigureAwait(false));
            }
            catch (StreamException e)
            {
                checks.AddRange(gpus.Select(c =>
                    new Check(c.Name, Verdict.Failed, "timeout", e.Message, c.Fix(CollectorFailure.Timeout))));
            }
        }

        return checks;
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

    private async Task<List<Check>> AskAsync(SamplerStream stream, List<HostCollector> collectors, CancellationToken stop)
    {
        List<Check> checks = [];
        var enabled = collectors.Where(c => c.OffBecause(host, null) is null).ToList();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(SectionsTimeout);
        try
        {
            await foreach (var (section, broken) in stream.AskAsync([.. enabled.Select(c => c.Name)], limit.Token).ConfigureAwait(false))
            {
                if (enabled.Find(c => c.Name == (section?.Name ?? broken?.Section)) is { } collector)
                {
                    checks.Add(section is null
                        ? new(collector.Name, Verdict.Failed, "parse", broken!.Problem, collector.Fix(CollectorFailure.Parse))
                        : Evaluate(collector, section));
                }

                if (section is { Killed: true, Name: "gpu" })
                {
                    // The other GPU collectors would hang in the same driver.
                    checks.AddRange(enabled.Skip(checks.Count).Select(c => new Check(c.Name, Verdict.Skipped)));
                    break;
                }
            }
        }
        catch (Exception e) when (e is StreamException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            var message = e is StreamException ? e.Message : $"no answer within {SectionsTimeout.TotalSeconds:0} s";
            checks.AddRange(enabled.Skip(checks.Count).Take(1).Select(c =>
                new Check(c.Name, Verdict.Failed, "timeout", message, c.Fix(CollectorFailure.Timeout))));
            checks.AddRange(enabled.Skip(checks.Count).Select(c => new Check(c.Name, Verdict.Skipped)));
        }

        return [.. collectors.Select(c => checks.Find(k => k.Name == c.Name) ?? new Check(c.Name, Verdict.Off, Detail: c.OffBecause(host, null)))];
    }

    private Check Evaluate(HostCollector collector, Section section)
    {
        try
        {
            var answer = section.ToolMissing ? throw new ToolFailureException(CollectorFailure.ToolMissing, "the command was not found")
                : section.Killed ? throw new ToolFailureException(CollectorFailure.Timeout, "the command hung and was killed")
                : collector.Parse(section);
            return answer.Failure is { } failure
                ? Fail(failure, "see the section text at /debug/hosts")
                : new(collector.Name, Verdict.Ok, Detail: collector.Summarize(answer));
        }
        catch (ToolFailureException e)
        {
            return Fail(e.Reason, e.Message);
        }
        catch (FormatException e)
        {
            return Fail(CollectorFailure.Parse, e.Message);
        }

        Check Fail(CollectorFailure reason, string message) => collector.OffAfter(reason, host)
            ? new(collector.Name, Verdict.Off, Words.Of(reason), Printable.Line(message, 160), collector.Fix(reason))
            : new(collector.Name, Verdict.Failed, Words.Of(reason), Printable.Line(message, 160), collector.Fix(reason));
    }
}
