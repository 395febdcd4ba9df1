using System.Globalization;

namespace FleetExporter.Remote;

/// <summary>The program that runs a command which prints a sample per interval: <c>loop.sh</c> with the command in it.</summary>
internal static class LoopScript
{
    private static readonly string Template = EmbeddedScript.Read("loop.sh");

    /// <param name="lease">How long it runs without a line from the exporter. Whole seconds, 1 or more.</param>
    /// <param name="command">A simple command of POSIX sh; its words are the exporter's own.</param>
    public static string Build(string nonce, TimeSpan lease, string command) => Template
        .Replace("@NONCE@", nonce, StringComparison.Ordinal)
        .Replace("@LEASE@", ((int)lease.TotalSeconds).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@COMMAND@", command, StringComparison.Ordinal);
}
