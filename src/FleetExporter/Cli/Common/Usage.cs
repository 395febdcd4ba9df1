using System.CommandLine.Parsing;

namespace FleetExporter.Cli.Common;

/// <summary>Reports mistakes in arguments.</summary>
internal static class Usage
{
    /// <param name="error">Null for none.</param>
    public static void Check(SymbolResult result, string? error)
    {
        if (error is not null)
        {
            result.AddError(error);
        }
    }
}
