using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Onboarding.Keys;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Cli.Init;

/// <summary>Adds keys of new hosts to known_hosts: asks for each, or trusts the first key and prints it.</summary>
/// <param name="trustAll">Trust without asking.</param>
internal sealed class InitKeys(bool trustAll, TextReader input, TextWriter output)
{
    /// <returns>Whether the host's key is now trusted.</returns>
    public async Task<bool> TrustAsync(HostConfig host, CancellationToken stop)
    {
        try
        {
            var known = new KnownHosts(host.Ssh.KnownHosts);
            if (await PresentedKey.FetchAsync(host.Address!, host.Ssh, known, TimeProvider.System, stop).ConfigureAwait(false) is not { } key)
            {
                return true;
            }

            await output.WriteLineAsync($"{host.Name} ({host.Address}) presents the key {key.Type} {key.Fingerprint}").ConfigureAwait(false);
            if (!trustAll && !HostKeyPrompt.Confirm(key, input, output))
            {
                await output.WriteLineAsync("Not trusted.").ConfigureAwait(false);
                return false;
            }

            known.Add(key.Name, key.Type, key.Key);
            await output.WriteLineAsync($"Written to {known.Path}.").ConfigureAwait(false);
            return true;
        }
        catch (StreamException e)
        {
            await output.WriteLineAsync($"{host.Name}: {Words.Of(e.Reason)}: {e.Message}").ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"{host.Name}: {e.Message}").ConfigureAwait(false);
            return false;
        }
    }
}
