using System.Net;
using System.Net.Sockets;
using FleetExporter.Config;
using Renci.SshNet;
using ConnectionInfo = Renci.SshNet.ConnectionInfo;

namespace FleetExporter.Remote.Ssh;

/// <summary>Opens one connection with SSH.NET: resolves the name, tries each address, checks the host key and logs in.</summary>
internal sealed class SshHandshake(HostAddress address, SshConfig config, KnownHosts knownHosts, TimeProvider clock)
{
    private volatile ConnectPhase _phase;
    private Session? _session;

    public ConnectPhase Phase => _phase;

    /// <inheritdoc cref="HostKeyCheck.Unknown"/>
    public (string Type, byte[] Key)? UnknownKey { get; private set; }

    /// <exception cref="StreamException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<SshConnection> RunAsync(CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        try
        {
            var hostKey = new HostKeyCheck(address, config.HostKeys, knownHosts, clock);
            var addresses = await ResolveAsync(stop).ConfigureAwait(false);
            for (var i = 0; ; i++)
            {
                var left = config.ConnectTimeout - clock.GetElapsedTime(started);
                try
                {
                    var limit = left > TimeSpan.Zero ? left : throw new TimeoutException();
                    return await ConnectAsync(addresses[i], hostKey, limit, stop).ConfigureAwait(false);
                }
                catch (SocketException) when (_phase == ConnectPhase.Connecting && i + 1 < addresses.Count)
                {
                    // Try the next address.
                }
                catch (Exception) when (hostKey.Failure is { } failure)
                {
                    UnknownKey = hostKey.Unknown;
                    throw failure;
                }
            }
        }
        catch (Exception e) when (!stop.IsCancellationRequested || e is StreamException)
        {
            throw SshNetErrors.WhileConnecting(e, _phase, address, config, config.ConnectTimeout);
        }
    }

    private async Task<SshConnection> ConnectAsync(IPAddress ip, HostKeyCheck hostKey, TimeSpan limit, CancellationToken stop)
    {
        var (keys, problem) = PrivateKeys.Load(config);
        var authentication = new SshNet.Authentication(SshConnection.UserOf(config), [.. keys.Select(k => new SshNet.ModernKey(k))], problem);
        var connection = new SshConnection(config.ConnectTimeout);
        var info = new ConnectionInfo(ip.ToString(), address.Port ?? 22, SshConnection.UserOf(config), authentication) { Timeout = limit };
        SshAlgorithms.Apply(
            info, hostKey.Algorithms, create =>
                SshNet.WrapKeyExchange(create, connection.BeginKeyExchange, connection.EndKeyExchange, s => _session = s));
        var client = new SshClient(info);
        using var thread = new PoolThreadReservation();
        client.ServerIdentificationReceived += (_, _) =>
        {
            _phase = ConnectPhase.Handshake;
            thread.Begin();
        };
        client.HostKeyReceived += (sender, presented) =>
        {
            hostKey.Check(sender, presented);
            if (presented.CanTrust && _phase == ConnectPhase.Handshake)
            {
                _phase = ConnectPhase.Login;
            }
        };
        var connecting = client.ConnectAsync(stop);
        try
        {
            // During key exchange and login SSH.NET blocks and ignores cancellation.
            await connecting.WaitAsync(stop).ConfigureAwait(false);
            _phase = ConnectPhase.Open;
            connection.Attach(client, _session!);
            return connection;
        }
        catch (Exception)
        {
            if (!connecting.IsCompleted && _session is { } session)
            {
                SshNet.Abort(session);
            }

            _ = connecting.ContinueWith(_ => client.Dispose(), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
            throw;
        }
        finally
        {
            _ = connecting.ContinueWith(
                _ =>
                {
                    foreach (var key in keys)
                    {
                        key.Dispose();
                    }
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Runs on its own thread, because the resolver blocks for seconds if DNS does not answer, and hosts share the thread pool.</summary>
    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(CancellationToken stop)
    {
        if (IPAddress.TryParse(address.Host, out var ip))
        {
            return [ip];
        }

        var found = await Task.Factory.StartNew(
            () => Dns.GetHostAddresses(address.Host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(config.ConnectTimeout, clock, stop).ConfigureAwait(false);
        return found.Length > 0 ? found : throw new SocketException((int)SocketError.HostNotFound);
    }
}
