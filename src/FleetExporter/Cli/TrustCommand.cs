using System.CommandLine;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Onboarding.Keys;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Cli;

/// <summary>How the command line confirms the key.</summary>
/// <param name="Yes">Trust any key.</param>
/// <param name="Fingerprint">Trust the key with this fingerprint; null to ask.</param>
internal sealed record TrustOptions(bool Yes = false, string? Fingerprint = null);

/// <summary>Shows the key that a host presents, asks for confirmation, and adds it to known_hosts. Exit 0 if it is trusted, 1 otherwise.</summary>
internal static class TrustCommand
{
    private static readonly Argument<string> HostArgument = new("host") { Description = "Name of the host in fleet.yml, or its address." };

    private static readonly Option<string?> FingerprintOption = new("--fingerprint")
    {
        Description = "Trust the key without asking if it has this fingerprint (ssh-keygen -l on the host).",
        HelpName = "SHA256:...",
    };

    private static readonly Option<bool> YesOption = new("--yes") { Description = "Trust the presented key without comparing it." };

    public static Command Create()
    {
        var trust = new Command("trust", "Show the key of a host and, once confirmed, add it to known_hosts; exit 0 or 1.")
        {
            HostArgument, FingerprintOption, YesOption,
        };
        trust.SetAction((parsed, stop) =>
        {
            var answer = new TrustOptions(parsed.GetValue(YesOption), parsed.GetValue(FingerprintOption));
            return RunAsync(ConfigOption.Load(parsed), parsed.GetValue(HostArgument)!, answer, Console.In, Console.Out, stop);
        });
        return trust;
    }

    public static async Task<int> RunAsync(
        ConfigResult loaded, string host, TrustOptions answer, TextReader input, TextWriter output, CancellationToken stop)
    {
        ConfigReport.Write(loaded, Console.Error);
        if (!loaded.Success)
        {
            return ExitCode.BadConfiguration;
        }

        if (Find(loaded.Config, host) is not ({ } address, { } ssh))
        {
            return Refuse($"{Printable.Line(host, 80)} is neither an SSH host of fleet.yml nor an address");
        }

        try
        {
            var known = new KnownHosts(ssh.KnownHosts);
            if (await PresentedKey.FetchAsync(address, ssh, known, TimeProvider.System, stop).ConfigureAwait(false) is not { } key)
            {
                await output.WriteLineAsync($"The key of {address} is already in {known.Path}.").ConfigureAwait(false);
                return 0;
            }

            await output.WriteLineAsync($"{address} presents the key {key.Type} {key.Fingerprint}").ConfigureAwait(false);
            if (!IsTrusted(key, answer, input, output))
            {
                return Refuse("key not trusted; known_hosts is unchanged");
            }

            known.Add(key.Name, key.Type, key.Key);
            await output.WriteLineAsync($"Written to {known.Path}. A running exporter uses it at its next connection attempt.").ConfigureAwait(false);
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

    private static bool IsTrusted(PresentedKey key, TrustOptions answer, TextReader input, TextWriter output)
    {
        if (answer.Fingerprint is { } wanted)
        {
            var isSame = wanted.Trim() == key.Fingerprint;
            output.WriteLine(isSame ? "It matches --fingerprint." : $"It does not match --fingerprint {Printable.Line(wanted, 80)}.");
            return isSame;
        }

        return answer.Yes || HostKeyPrompt.Confirm(key, input, output);
    }

    /// <summary>
    /// The host with this name, else the one at this address, else the address with the settings of <c>ssh:</c>, as for connections of the API.
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
