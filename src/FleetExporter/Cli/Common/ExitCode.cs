namespace FleetExporter.Cli.Common;

/// <summary>Exit codes of all commands; 0 is success.</summary>
internal static class ExitCode
{
    public const int Failed = 1;

    public const int BadConfiguration = 2;

    /// <summary>After Ctrl-C, as a shell has it.</summary>
    public const int Interrupted = 130;
}
