using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Onboarding.Import;

namespace FleetExporter.Cli.Init;

/// <summary>
/// Takes the hosts of an ssh_config: name, HostName, Port, User and IdentityFile. The file is parsed as text; nothing in it is run.
/// </summary>
internal static class SshConfigHosts
{
    public static void AddFile(InitInput input, string file)
    {
        if (input.ReadText(file) is not { } text)
        {
            return;
        }

        var config = SshConfigFile.Parse(text);
        if (config.Names.Count == 0)
        {
            input.Fail(file, "no Host line names a host without wildcards");
        }

        foreach (var refused in config.Refused)
        {
            input.Note($"{file}:{refused.Line}", $"{refused.Directive}: {refused.Reason}");
        }

        foreach (var name in config.Names)
        {
            Add(input, LineOf(text, file, name), config.Of(name), Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
    }

    private static void Add(InitInput input, string place, SshConfigHost host, string folder)
    {
        var hostname = (host.HostName ?? host.Name).Replace("%%", "\0", StringComparison.Ordinal).Replace("%h", host.Name, StringComparison.Ordinal)
            .Replace('\0', '%');
        if (!HostAddress.TryParse(hostname, out var address, out _) || address.Port is not null)
        {
            input.Fail(place, $"HostName {ErrorText.Quote(hostname)} is not a valid name or address");
            return;
        }

        int? port = null;
        if (host.Port is { } text)
        {
            port = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535 ? number : null;
            if (port is null)
            {
                input.Fail(place, $"Port {ErrorText.Quote(text)} is not a number from 1 to 65535");
                return;
            }
        }

        input.Add(place, new InitHost(
            host.Name, address with { Port = port }, host.User, KeyOf(input, place, host.IdentityFile, folder),
            Notes: [.. host.Refused.Take(5).Select(r => $"Line {r.Line} of the ssh_config: {r.Directive} was not imported")]));
    }

    /// <returns>Null for no file, or for one that only ssh can name.</returns>
    private static string? KeyOf(InitInput input, string place, string? written, string folder)
    {
        if (written is not { Length: > 0 } || written.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var path = written.StartsWith("%d/", StringComparison.Ordinal) ? "~" + written[2..] : written;
        if (!path.Any(c => c is '%' or '$' || char.IsControl(c)) && (path[0] != '~' || path.StartsWith("~/", StringComparison.Ordinal)))
        {
            return InitInput.PathFrom(path, folder);
        }

        input.Note(place, $"IdentityFile {ErrorText.Quote(written)} was left out; give the key with key_file");
        return null;
    }

    /// <summary>The file and the line that names the host first.</summary>
    private static string LineOf(string text, string file, string name)
    {
        var line = SshConfigLine.All(text).First(l => l.Is("Host") && l.Arguments?.Contains(name) == true);
        return $"{file}:{line.Number}";
    }
}
