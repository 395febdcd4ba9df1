using System.Globalization;

namespace FleetExporter.Remote;

/// <summary>The program that runs a command on a host: <c>command.sh</c> with the command in it.</summary>
internal static class CommandScript
{
    private static readonly string Template = EmbeddedScript.Read("command.sh");

    /// <param name="id">Secret of this script, which marks the final line, so that the command cannot forge it.</param>
    /// <param name="mark">Environment variable by which the processes of the command are found.</param>
    public static string Build(string id, string mark, CommandRequest request)
    {
        // The command is inserted last, so that no placeholder in it is replaced.
        var parts = Template
            .Replace("@ID@", id, StringComparison.Ordinal)
            .Replace("@MARK@", mark, StringComparison.Ordinal)
            .Replace("@LIMIT@", ((int)Math.Ceiling(request.Limit.TotalSeconds)).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Split("@COMMAND@");
        var rest = parts[1].Split("@DIRECTORY@");
        return parts[0] + SamplerScript.Quote(request.Command) + rest[0] + SamplerScript.Quote(request.WorkingDirectory ?? "") + rest[1];
    }
}
