using FleetExporter.Config;

namespace FleetExporter.Cli.Init;

/// <summary>Reads hosts written as <c>[NAME=][USER@]ADDRESS[:PORT]</c>; without a name, the address is the name.</summary>
internal static class HostLines
{
    public const string Format = "NAME=[USER@]ADDRESS[:PORT]";

    /// <param name="place">Where the text was given.</param>
    public static void Add(InitInput input, string place, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var rest = text[(equals + 1)..].Trim();
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var user = at < 0 ? null : rest[..at];
        if (!HostAddress.TryParse(rest[(at + 1)..], out var address, out var error))
        {
            input.Fail(place, $"{ErrorText.Quote(rest[(at + 1)..])} {error}; write a host as {Format}");
            return;
        }

        input.Add(place, new InitHost(equals < 0 ? address.Host : text[..equals].Trim(), address, user));
    }

    /// <summary>One host per line; <c>#</c> begins a comment.</summary>
    public static void AddFile(InitInput input, string file)
    {
        foreach (var (index, line) in (input.ReadText(file)?.Split('\n') ?? []).Index())
        {
            var text = line.Split('#')[0].Trim();
            if (text.Length > 0)
            {
                Add(input, $"{file}:{index + 1}", text);
            }
        }
    }
}
