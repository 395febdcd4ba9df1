using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FleetExporter.Config;
using FleetExporter.Remote;

namespace FleetExporter.Onboarding.Probing;

/// <summary>The host name and port that ssh connects to, and whether they can be reached; not testable behind a jump host.</summary>
internal sealed record SshEndpoint(string Host, int Port, bool ViaJumpHost)
{
    /// <summary>Resolves aliases of the configuration file with <c>ssh -G</c>.</summary>
    public static async Task<SshEndpoint> ResolveAsync(HostAddress address, SshConfig ssh, CancellationToken stop)
    {
        var start = new ProcessStartInfo("ssh", ["-F", ssh.ConfigFile ?? "none", "-G", "--", address.Host])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        ChildEnvironment.Clean(start);
        var lines = Array.Empty<string>();
        try
        {
            using var process = Process.Start(start)!;
            using var end = stop.Register(process.Kill);
            lines = (await process.StandardOutput.ReadToEndAsync(stop).ConfigureAwait(false)).Split('\n');
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (Win32Exception)
        {
            // No ssh on this machine: the check of the client reports it.
        }

        var port = address.Port ?? (int.TryParse(Value("port"), CultureInfo.InvariantCulture, out var given) ? given : 22);
        return new SshEndpoint(
            Value("hostname") ?? address.Host, port, Value("proxyjump") is not (null or "none") || Value("proxycommand") is not (null or "none"));

        string? Value(string key) => lines.FirstOrDefault(l => l.StartsWith(key + " ", StringComparison.Ordinal))?[(key.Length + 1)..];
    }

    /// <param name="checks">Receives the checks of name and port.</param>
    public async Task CheckAsync(CheckList checks, TimeSpan timeout, CancellationToken stop)
    {
        if (ViaJumpHost)
        {
            await checks.EndAsync(
                new("name", Verdict.Skipped, Detail: "resolved on the jump host"),
                new("port", Verdict.Skipped, Detail: "reached through the jump host")).ConfigureAwait(false);
            return;
        }

        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(Host, stop).WaitAsync(timeout, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            await checks.EndAsync(
                new("name", Verdict.Failed, "dns", $"{Host} does not resolve on this machine", Fixes.Of(SshFailure.Dns)),
                new("port", Verdict.Skipped)).ConfigureAwait(false);
            return;
        }

        await checks.EndAsync(new Check("name", Verdict.Ok, Detail: string.Join(", ", addresses.Take(3).Select(a => a.ToString()))))
            .ConfigureAwait(false);
        await checks.BeginAsync("port").ConfigureAwait(false);
        await checks.EndAsync(await ConnectAsync(addresses, timeout, stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<Check> ConnectAsync(IPAddress[] addresses, TimeSpan timeout, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeout);
        using var client = new TcpClient();
        var started = Stopwatch.GetTimestamp();
        try
        {
            await client.ConnectAsync(addresses, Port, limit.Token).ConfigureAwait(false);
            return new("port", Verdict.Ok, Detail: string.Create(
                CultureInfo.InvariantCulture, $"{Port} open in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(
                "port", Verdict.Failed, "timeout", $"no answer from port {Port} within {timeout.TotalSeconds:0} s",
                "Check that the machine is on, no firewall drops the port, and the port is correct.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return new(
                "port", Verdict.Failed, "refused", $"nothing listens on port {Port}",
                "Start sshd on the host (systemctl enable --now ssh), or correct the port.");
        }
        catch (SocketException e)
        {
            return new("port", Verdict.Failed, "unreachable", e.Message, "Check the network, the VPN and the route to the host.");
        }
    }
}
