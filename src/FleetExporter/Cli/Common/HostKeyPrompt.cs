using FleetExporter.Onboarding.Keys;

namespace FleetExporter.Cli.Common;

/// <summary>Asks whether a host's key is the right one.</summary>
internal static class HostKeyPrompt
{
    /// <returns>Whether the answer is yes, or the fingerprint.</returns>
    public static bool Confirm(PresentedKey key, TextReader input, TextWriter output)
    {
        output.WriteLine("A man in the middle would present a different key. Compare it with the output of this command on the host's console:");
        output.WriteLine($"  ssh-keygen -lf {key.FileOnHost}");
        output.Write("Type yes if they match, or paste the host's fingerprint: ");
        output.Flush();
        var answered = input.ReadLine();
        if (answered is null)
        {
            output.WriteLine();
            output.WriteLine("No input: use --fingerprint SHA256:... or --yes.");
        }

        return answered?.Trim() is { } text && (text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text == key.Fingerprint);
    }
}
