using FleetExporter.Cli.Onboarding;
using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Cli;

/// <summary>What the caller has decided before the key is seen.</summary>
/// <param name="Yes">To trust whatever comes.</param>
/// <param name="Fingerprint">To trust the key that has it; null: to be asked.</param>
internal sealed record TrustAnswer(bool Yes = false, string? Fingerprint = null);

/// <summary>Shows the key that a host presents, has it compared, and writes it into known_hosts. Exit 0 when it is trusted, 1 otherwise.</summary>
internal static class TrustCommand
{
    public static async Task<int> RunAsync(
        ConfigResult loaded, string host, TrustAnswer answer, TextReader input, TextWriter output, CancellationToken stop)
    {
        ConfigReport.Write(loaded, Console.Error);
        if (!loaded.Success)
        {
            return ServeCommand.BadConfiguration;
        }

        if (Find(loaded.Config, host) is not ({ } address, { } ssh))
        {
            return Refuse($"no host of fleet.yml that is reached over SSH is called {Printable.Line(host, 80)}, and it is no address");
        }

        try
        {
            var known = new KnownHosts(ssh.KnownHosts);
            if (await PresentedKey.AskAsync(address, ssh, known, TimeProvider.System, stop).ConfigureAwait(false) is not { } key)
            {
                await output.WriteLineAsync($"The key of {address} is in {known.Path} already.").ConfigureAwait(false);
                return 0;
            }

            await output.WriteLineAsync($"{address} presents the key {key.Type} {key.Fingerprint}").ConfigureAwait(false);
            if (!IsTrusted(key, answer, input, output))
            {
                return Refuse("not trusted, nothing was written");
            }

            known.Add(key.Name, key.Type, key.Key);
            await output.WriteLineAsync($"Written to {known.Path}. A running service uses it at its next attempt to connect.").ConfigureAwait(false);
            return 0;
        }
        catch (StreamException e)
        {
            return Refuse($"{Words.Of(e.Reason)}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(e.Message);
        }
    }

    private static bool IsTrusted(PresentedKey key, TrustAnswer answer, TextReader input, TextWriter output)
    {
        if (answer.Fingerprint is { } wanted)
        {
            var isSame = wanted.Trim() == key.Fingerprint;
            output.WriteLine(isSame ? "It is the one that was given." : $"It is not {Printable.Line(wanted, 80)}.");
            return isSame;
        }

        if (answer.Yes)
        {
            return true;
        }

        output.WriteLine("Somebody between you and the host would present a key of their own. Compare it with what the host says on its console:");
        output.WriteLine($"  ssh-keygen -lf {key.FileOnHost}");
        output.Write("Type yes if they are the same, or paste the host's fingerprint: ");
        output.Flush();
        var said = input.ReadLine();
        if (said is null)
        {
            output.WriteLine();
            output.WriteLine("Nobody answers here: give --fingerprint SHA256:... or --yes.");
        }

        return said?.Trim() is { } text && (text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text == key.Fingerprint);
    }

    /// <summary>
    /// The host of this name, else the one at this address, else the address with the logins of <c>ssh:</c>, as connections of the API have them.
    /// </summary>
    private static (HostAddress? Address, SshConfig? Ssh) Find(FleetConfig config, string host)
    {
        var isAddress = HostAddress.TryParse(host, out var given, out _);
        var known = config.Hosts.FirstOrDefault(h => h.Name == host) ?? config.Hosts.FirstOrDefault(h => isAddress && h.Address == given);
        return known is not null ? (known.Address, known.Ssh) : isAddress ? (given, config.Ssh.Host) : (null, null);
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine($"fleet-exporter: {why}");
        return 1;
    }
}
