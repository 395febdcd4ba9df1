using Spectre.Console;

namespace FleetExporter.Cli.Common;

/// <summary>Consoles for tables: coloured on a terminal, plain and unwrapped in a pipe or file.</summary>
internal static class Screen
{
    private const int UnwrappedWidth = 400;

    public static IAnsiConsole On(TextWriter output)
    {
        var plain = Console.IsOutputRedirected || output != Console.Out;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(output),
        });
        if (plain)
        {
            console.Profile.Width = UnwrappedWidth;
        }

        return console;
    }
}
