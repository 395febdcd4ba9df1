using Spectre.Console;

namespace FleetExporter.Cli;

/// <summary>Where tables are drawn: with colours on a terminal, plain and unwrapped where a script or a file reads.</summary>
internal static class Screen
{
    private const int Unwrapped = 400;

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
            console.Profile.Width = Unwrapped;
        }

        return console;
    }
}
