namespace FleetExporter.Config;

/// <summary>One mistake in fleet.yml.</summary>
/// <param name="File">The path as the operator gave it.</param>
/// <param name="Line">From 1; 0 when the mistake is the file itself.</param>
/// <param name="Column">From 1; 0 when the mistake is the file itself.</param>
/// <param name="Message">What was found and what is expected. Never a secret's value.</param>
internal sealed record ConfigError(string File, int Line, int Column, string Message)
{
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}
