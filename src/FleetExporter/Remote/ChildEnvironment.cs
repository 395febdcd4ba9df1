using System.Diagnostics;

namespace FleetExporter.Remote;

/// <summary>Removes the exporter's secrets from the environment of child processes, which any command can print.</summary>
internal static class ChildEnvironment
{
    /// <summary>Variables that ssh, shells, tmux, <c>systemctl --user</c> and nvidia-smi need.</summary>
    private static readonly HashSet<string> Inherited = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMUX_TMPDIR", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK",

        // Windows starts hardly any program without these.
        "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "PATHEXT", "COMSPEC", "USERPROFILE", "PROGRAMFILES",
    };

    /// <summary>Removes all other variables; call it before setting additional ones.</summary>
    public static void Clean(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(n => !Inherited.Contains(n) && !n.StartsWith("LC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
    }
}
