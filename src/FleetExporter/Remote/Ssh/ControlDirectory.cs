using System.Globalization;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// A new 0700 folder for the control sockets of one run of the exporter. Names are short: a socket's path must stay under 90 characters.
/// Folders of terminated runs are removed at start.
/// </summary>
internal sealed class ControlDirectory : IDisposable
{
    private const string Prefix = "fleet-exporter-";

    private readonly string _path;
    private int _count;

    public ControlDirectory()
        : this(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 and < 50 } runtime && Directory.Exists(runtime)
            ? runtime
            : Path.GetTempPath())
    {
    }

    internal ControlDirectory(string parent)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The service runs on Linux; on Windows run it in WSL2.");
        }

        RemoveTerminated(parent);
        var me = Environment.ProcessId;
        _path = Path.Combine(parent, $"{Prefix}{me}-{StartTicks(me)}-{Guid.NewGuid().ToString("N")[..6]}");
        Directory.CreateDirectory(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string NewSocketPath() => Path.Combine(_path, Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture));

    public void Dispose() => Remove(_path);

    private static void RemoveTerminated(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            // fleet-exporter-PID-STARTTICKS-RANDOM: a reused pid has a different start time.
            if (Path.GetFileName(folder)[Prefix.Length..].Split('-') is [var pid, var start, _]
                && int.TryParse(pid, CultureInfo.InvariantCulture, out var id)
                && StartTicks(id) != start)
            {
                Remove(folder);
            }
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Owned by another user, or already removed.
        }
    }

    /// <summary>Start time of a process in ticks since boot, from /proc/PID/stat; empty if it does not exist.</summary>
    private static string StartTicks(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "";
        }
    }
}
