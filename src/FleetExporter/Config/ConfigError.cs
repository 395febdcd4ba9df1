namespace FleetExporter.Config;

/// <summary>One error in fleet.yml.</summary>
/// <param name="File">The path as given on the command line.</param>
/// <param name="Line">From 1; 0 for errors of the whole file.</param>
/// <param name="Column">From 1; 0 for errors of the whole file.</param>
/// <param name="Message">What was found and what is expected; never contains secrets.</param>
internal sealed record ConfigError(string File, int Line, int Column, string Message)
{
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}
