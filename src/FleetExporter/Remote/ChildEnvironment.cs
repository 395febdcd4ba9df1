using System.Diagnostics;

namespace FleetExporter.Remote;

/// <summary>The environment of child processes. Secrets stand in the service's own, and whoever may run a command can print a child's.</summary>
internal static class ChildEnvironment
{
    /// <summary>What ssh, a shell, tmux, <c>systemctl --user</c> and nvidia-smi need to work as they do for the account.</summary>
    private static readonly HashSet<string> Inherited = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMUX_TMPDIR", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK",

        // Windows starts hardly any program without these.
        "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "PATHEXT", "COMSPEC", "USERPROFILE", "PROGRAMFILES",
    };

    /// <summary>Takes everything out of the child's environment that is not in the list above; variables that are set afterwards stay.</summary>
    public static void Clean(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(n => !Inherited.Contains(n) && !n.StartsWith("LC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
    }
}
