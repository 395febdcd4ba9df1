using System.CommandLine;
using System.Text;
using FleetExporter.Cli;

namespace FleetExporter.Tests.Bundle;

/// <summary>Renders packaging/fleet-exporter.1 from the command line: commands, arguments and options with their descriptions.</summary>
internal static class ManPage
{
    private const string Head = """
        .\" Generated from the command line; see ManPageTests.
        .TH FLEET-EXPORTER 1 "" "FleetExporter" "User Commands"
        .SH NAME
        fleet\-exporter \- monitor for a fleet of GPU machines, over SSH
        .SH SYNOPSIS
        .B fleet\-exporter
        [\fICOMMAND\fR] [\fIOPTIONS\fR]
        .SH DESCRIPTION
        FleetExporter watches GPU machines over SSH, publishes their metrics on /metrics, and serves a web interface and an API, on
        http://127.0.0.1:9470/ by default. The service reloads its configuration when the file changes, and on SIGHUP.
        .PP
        The service of the Debian package runs as the user fleet. Run commands that use its keys and data as that user:
        .PP
        .RS
        sudo \-u fleet fleet\-exporter login
        .br
        sudo \-u fleet fleet\-exporter trust dgx\-spark
        .RE

        """;

    private const string Tail = """
        .SH FILES
        .TP
        .I /etc/fleet\-exporter/fleet.yml
        The configuration. Every key is described on the page /docs/configuration of the service.
        .TP
        .I /var/lib/fleet\-exporter
        Data of the service: store, keys, known_hosts. Back it up with
        .BR "fleet\-exporter backup" .
        .TP
        .I /etc/default/fleet\-exporter
        OPTIONS, more options of the service, and environment variables that fleet.yml uses.
        .SH EXIT STATUS
        0 if the command succeeded, 1 if it failed, 2 if the configuration has errors.
        .SH SEE ALSO
        .BR ssh (1),
        .BR tmux (1),
        .BR systemctl (1)

        """;

    public static string Render()
    {
        var root = CommandLine.Create(_ => throw new InvalidOperationException());
        var page = new StringBuilder(Head).Append(".SH OPTIONS\n");
        AppendOptions(page, root);
        page.Append(".SH COMMANDS\n");
        AppendCommands(page, root, "");
        return page.Append(Tail).ToString();
    }

    private static void AppendCommands(StringBuilder page, Command parent, string prefix)
    {
        foreach (var command in parent.Subcommands.Where(c => !c.Hidden))
        {
            var name = $"{prefix}{command.Name}";
            var arguments = string.Concat(command.Arguments.Select(a => $" {Placeholder(a)}"));
            page.Append($".SS {Text(name)}{arguments}\n{Text(command.Description)}\n");
            AppendOptions(page, command);
            AppendCommands(page, command, $"{name} ");
        }
    }

    private static void AppendOptions(StringBuilder page, Command command)
    {
        foreach (var argument in command.Arguments)
        {
            page.Append($".TP\n{Placeholder(argument)}\n{Text(argument.Description)}\n");
        }

        foreach (var option in command.Options.Where(o => !o.Hidden && o.Name != "--help"))
        {
            string[] names = [.. option.Aliases.Where(a => a.StartsWith('-')).Order(StringComparer.Ordinal), option.Name];
            var value = option.ValueType == typeof(bool) || option.HelpName is null ? "" : $" \\fI{Text(option.HelpName)}\\fR";
            page.Append($".TP\n{string.Join(", ", names.Select(n => $"\\fB{Text(n)}\\fR"))}{value}\n{Text(option.Description)}\n");
        }
    }

    private static string Placeholder(Argument argument)
    {
        var name = $"\\fI{Text(argument.Name.ToUpperInvariant())}\\fR";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    /// <summary>Escapes what roff would interpret.</summary>
    private static string Text(string? text) =>
        (text ?? "").Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("…", "...", StringComparison.Ordinal).TrimStart('.', '\'');
}
