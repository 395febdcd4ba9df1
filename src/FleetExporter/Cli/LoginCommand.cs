using System.CommandLine;
using System.Text.Json;
using FleetExporter.Access;
using FleetExporter.Cli.Common;
using FleetExporter.Config;

namespace FleetExporter.Cli;

/// <summary>
/// Prints a login link for the exporter with this configuration. The right to it is the right to write to the data folder; the service is not
/// contacted. Exit 0, or 1 without a link.
/// </summary>
internal static class LoginCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Option<string> FormatOption = new Option<string>("--format")
    {
        Description = "text or json.",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json");

    public static Command Create()
    {
        var login = new Command("login", "Print a link that logs a browser on this machine in as admin, once, within 15 minutes.")
        {
            FormatOption,
        };
        login.SetAction((parsed, stop) =>
            RunAsync(ConfigOption.Load(parsed), parsed.GetValue(FormatOption)!, Console.Out, Console.Error, stop));
        return login;
    }

    public static async Task<int> RunAsync(ConfigResult loaded, string format, TextWriter output, TextWriter error, CancellationToken stop)
    {
        if (!loaded.Success)
        {
            ConfigReport.Write(loaded, error);
            return ExitCode.BadConfiguration;
        }

        var config = loaded.Config;
        if (!Directory.Exists(config.DataDir))
        {
            return Refuse(
                $"{config.DataDir} does not exist, or this user cannot see it. Start the exporter first, give its fleet.yml with --config, or "
                + RunAsItsUser);
        }

        var links = new LoginLinks(config.DataDir, TimeProvider.System);
        try
        {
            links.Open();
            if ((AddressFile.Read(config.DataDir) ?? LoginLink.ServiceOf(config)) is not { } address)
            {
                return Refuse(
                    $"{config.Listen} has no fixed port, and no exporter has left its address in {config.DataDir}. Start the exporter first.");
            }

            if (AddressFile.Local(address) is not { } service)
            {
                return Refuse(
                    $"the exporter listens on {address.Authority} only, and a login link works on a loopback address only. Log in with the key in "
                    + $"{Path.Combine(config.DataDir, "admin.key")}.");
            }

            var link = LoginLink.Create(service, links);
            var running = await LoginLink.IsRunningAsync(service, stop).ConfigureAwait(false);
            if (!running)
            {
                await error.WriteLineAsync($"warning: nothing answers at {service}; start the exporter, then open the link").ConfigureAwait(false);
            }

            if (format == "json")
            {
                var json = new { url = link.Url, expires_at = link.Expires, running };
                await output.WriteLineAsync(JsonSerializer.Serialize(json, Indented)).ConfigureAwait(false);
                return 0;
            }

            await output.WriteLineAsync(link.Url).ConfigureAwait(false);
            await error.WriteLineAsync(
                $"Open it in a browser on this machine within {LoginLinks.Lifetime.TotalMinutes:0} minutes; it logs in as admin, once.")
                .ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse($"{config.DataDir} cannot be read or written ({e.Message}); {RunAsItsUser}");
        }

        int Refuse(string why)
        {
            error.WriteLine($"fleet-exporter: {why}");
            return 1;
        }
    }

    private const string RunAsItsUser = "run this command as the user that runs the exporter, e.g. sudo -u fleet fleet-exporter login";
}
