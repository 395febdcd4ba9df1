using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Store;

namespace FleetExporter.Onboarding.Import;

/// <summary>A host of an ssh_config as the fields of a connection.</summary>
/// <param name="SshKeyPath">Null if the file names none, or one that connections cannot use.</param>
/// <param name="Problems">What keeps the host from being added, or from working as with ssh; one sentence each.</param>
internal sealed record ImportedHost(
    string Name, string Hostname, int? Port, string? Username, string? SshKeyPath, IReadOnlyList<string> Problems);

/// <summary>Reads an ssh_config into hosts that can be added as connections. Creates nothing.</summary>
internal static class SshImport
{
    /// <summary>Maximum length of the text in UTF-8.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <param name="home">Home directory for <c>~</c> and <c>%d</c>.</param>
    /// <param name="isTaken">Whether a name is in use.</param>
    public static IEnumerable<ImportedHost> HostsOf(SshConfigFile file, FleetConfig config, string home, Func<string, bool> isTaken) =>
        file.Names.Select(name => HostOf(file.Of(name), config, home, isTaken));

    private static ImportedHost HostOf(SshConfigHost host, FleetConfig config, string home, Func<string, bool> isTaken)
    {
        List<string> problems = [.. host.Refused.Take(20).Select(r => $"Line {r.Line}: {r.Directive} is not imported.")];
        var name = Printable.Line(host.Name, 80);
        if (!Kinds.IsHostName(name) || Ids.LooksLikeId(name))
        {
            problems.Add("The name is not valid; give 1 to 63 letters, digits, ., _, spaces, -, beginning with a letter or digit.");
        }
        else if (isTaken(name))
        {
            problems.Add("The name is in use; choose another.");
        }

        var hostname = (host.HostName ?? host.Name).Replace("%%", "\0", StringComparison.Ordinal).Replace("%h", host.Name, StringComparison.Ordinal)
            .Replace('\0', '%');
        if (!HostAddress.TryParse(hostname, out var address, out _) || address.Port is not null)
        {
            problems.Add("HostName is not a valid name or address.");
        }

        int? port = null;
        if (host.Port is { } text)
        {
            port = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535 ? number : null;
            problems.AddRange(port is null ? ["Port is not a number from 1 to 65535."] : []);
        }

        var user = host.User is null || Kinds.IsUserName(host.User) ? host.User : null;
        problems.AddRange(user == host.User ? [] : ["User is not valid; give 1 to 32 of a-z, 0-9, _, ., -, beginning with a letter or _."]);
        var (key, problem) = KeyOf(host.IdentityFile, config, home);
        problems.AddRange(problem is null ? [] : [problem]);
        return new ImportedHost(name, Printable.Line(hostname, 255), port, user, key, problems);
    }

    private static (string? Path, string? Problem) KeyOf(string? written, FleetConfig config, string home)
    {
        if (written is null || written.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            return (null, null);
        }

        var path = (written == "~" || written.StartsWith("~/", StringComparison.Ordinal) ? home + written[1..] : written)
            .Replace("%d", home, StringComparison.Ordinal);
        return KeyFolder.Allows(path, config.KeyFolders) ? (path, null) : (
            null,
            $"IdentityFile {Printable.Line(path, 200)} is not a readable key in one of {string.Join(", ", config.KeyFolders)}; the host is added "
            + "without it.");
    }
}
