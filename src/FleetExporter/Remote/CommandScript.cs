using System.Globalization;

namespace FleetExporter.Remote;

/// <summary>The program that runs a command on a host: <c>command.sh</c> with the command in it.</summary>
internal static class CommandScript
{
    private static readonly string Template = EmbeddedScript.Read("command.sh");

    /// <param name="id">Known to this script alone: begins the line that ends the output, so that the command cannot forge it.</param>
    /// <param name="mark">In the environment of all that the command starts.</param>
    public static string Build(string id, string mark, CommandRequest request)
    {
        // The command comes last: nothing is replaced in it.
        var parts = Template
            .Replace("@ID@", id, StringComparison.Ordinal)
            .Replace("@MARK@", mark, StringComparison.Ordinal)
            .Replace("@LIMIT@", ((int)Math.Ceiling(request.Limit.TotalSeconds)).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Split("@COMMAND@");
        var rest = parts[1].Split("@DIRECTORY@");
        return parts[0] + SamplerScript.Quote(request.Command) + rest[0] + SamplerScript.Quote(request.WorkingDirectory ?? "") + rest[1];
    }
}
