using FleetExporter.Cli.Backup;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Remote.Ssh;
using FleetExporter.Store;
using FleetExporter.Targets.Providers;

namespace FleetExporter.Cli.Doctor;

/// <summary>Whether files exist, can be read, and are not accessible to others.</summary>
internal sealed class FileChecks(FleetConfig config)
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int MaxListed = 3;

    public IEnumerable<Finding> Run() => [ConfigFile(), .. DataFolder(), .. SshKeys(), .. Secrets()];

    private Finding ConfigFile()
    {
        if (config.SourcePath is not { } path)
        {
            return Finding.Skipped("fleet.yml", "no file: all defaults");
        }

        // Whoever writes to it can give itself a key. It contains no secret.
        var mode = Permissions.Of(path);
        return (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0
            ? Finding.Ok("fleet.yml", $"{path}: valid, mode {Permissions.Text(mode)}")
            : Finding.Failed("fleet.yml", $"{path} can be changed by others (mode {Permissions.Text(mode)})", $"chmod go-w {Word(path)}");
    }

    private IEnumerable<Finding> DataFolder()
    {
        var folder = config.DataDir;
        if (!Directory.Exists(folder))
        {
            yield return Finding.Warning("data_dir", $"{folder} does not exist, or this user cannot see it", "The first start creates it.");
            yield break;
        }

        if (WriteError(folder) is { } error)
        {
            yield return Finding.Failed(
                "data_dir", $"{folder} cannot be written by {Environment.UserName}: {error}",
                "Run doctor as the exporter's user, or change the owner.");
            yield break;
        }

        var mode = Permissions.Of(folder);
        yield return (mode & Others) == 0
            ? Finding.Ok("data_dir", $"{folder}: writable, mode {Permissions.Text(mode)}")
            : Finding.Warning("data_dir", $"{folder} can be entered by others (mode {Permissions.Text(mode)})", $"chmod 700 {Word(folder)}");
        var admin = Path.Combine(folder, "admin.key");
        yield return File.Exists(admin)
            ? Private("admin key", admin)
            : Finding.Warning("admin key", $"{admin} is missing", "The next start creates one.");

        var open = DataFiles.In(folder).Append(SqliteFile.Name)
            .Where(name => name != "admin.key" && name != "known_hosts" && !name.EndsWith(".pub", StringComparison.Ordinal))
            .Select(name => Path.Combine(folder, name)).Where(path => File.Exists(path) && (Permissions.Of(path) & Others) != 0).ToList();
        yield return open.Count == 0
            ? Finding.Ok("files of data_dir", "accessible by their owner only")
            : Finding.Warning(
                "files of data_dir", $"{open.Count} can be accessed by others: {string.Join(", ", open.Take(MaxListed))}",
                $"chmod go-rwx {string.Join(' ', open.Take(MaxListed).Select(Word))}");
    }

    private IEnumerable<Finding> SshKeys()
    {
        foreach (var hosts in config.Hosts.Where(h => h is { Address: not null, Ssh.KeyFile: not null }).GroupBy(h => h.Ssh.KeyFile!))
        {
            var found = Private("ssh key", hosts.Key);
            yield return File.Exists(hosts.Key) && found.Status == FindingStatus.Failed ? found
                : PrivateKeys.ReadError(hosts.Key) is { } error ? Finding.Failed(
                    "ssh key", $"{error}; key_file of {string.Join(", ", hosts.Take(MaxListed).Select(h => h.Name))}",
                    $"Correct key_file, or create the key: ssh-keygen -t ed25519 -N '' -f {Word(hosts.Key)}")
                : found;
        }
    }

    private IEnumerable<Finding> Secrets()
    {
        (string Key, string? Path)[] files =
        [
            ("prometheus.token_file", config.Prometheus.TokenFile), ("alertmanager.token_file", config.Alertmanager.TokenFile),
            ("tls.key_file", config.Tls.KeyFile),
            .. config.TargetsOf<ProviderConfig>().Select(p => ($"key_file of {p.Name}", p.KeyFile)),
            .. config.TargetsOf<GatewayConfig>().Select(g => ($"token_file of {g.Name}", g.TokenFile)),
        ];
        return files.Where(f => f.Path is not null).Select(f => Private(f.Key, f.Path!));
    }

    /// <summary>A file that must be readable by this user and by nobody else.</summary>
    private static Finding Private(string subject, string path)
    {
        try
        {
            using var file = SharedFile.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Failed(subject, $"{path} cannot be read by {Environment.UserName}: {e.Message}", "Correct the path, or change the owner.");
        }

        var mode = Permissions.Of(path);
        return (mode & Others) == 0
            ? Finding.Ok(subject, $"{path}: readable, mode {Permissions.Text(mode)}")
            : Finding.Failed(subject, $"{path} can be accessed by others (mode {Permissions.Text(mode)})", $"chmod 600 {Word(path)}");
    }

    private static string? WriteError(string folder)
    {
        var file = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
        try
        {
            PrivateFile.Open(file, FileMode.CreateNew).Dispose();
            File.Delete(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static string Word(string path) => Remote.ShellWord.Of(path);
}
