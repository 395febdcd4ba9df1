using FleetExporter.Config;
using FleetExporter.Polling;

namespace FleetExporter.Control.Commands;

/// <summary>Why a command is refused.</summary>
internal enum RefusalReason
{
    /// <summary>Connection not monitored.</summary>
    NotWatched,

    /// <summary>The host is not connected.</summary>
    NotConnected,

    /// <summary>The host's policy forbids it.</summary>
    Forbidden,

    /// <summary>The host is at its command limit.</summary>
    Busy,

    /// <summary>This command id is in use.</summary>
    IdTaken,
}

/// <param name="Message">One-line description: the problem, the remedy.</param>
internal sealed record CommandRefusal(RefusalReason Reason, string Message);

/// <summary>What a host's configuration and state allow.</summary>
internal static class CommandRules
{
    /// <param name="folder">Requested working directory; null: the login user's home.</param>
    /// <param name="isAdmin">Whether the caller has the scope <c>admin</c>.</param>
    /// <returns>Null if the host's policy allows the command in the folder to this caller.</returns>
    public static CommandRefusal? CheckAllowed(HostAccess access, string command, string? folder, bool isAdmin)
    {
        var host = access.Host;
        if (host.Address is null && !isAdmin)
        {
            return new CommandRefusal(
                RefusalReason.Forbidden,
                $"{host.Name} is the exporter's own machine, where commands run as the exporter's user and can read its keys; "
                + "use a key with the scope admin");
        }

        if (!host.Exec.Allows(command, host.Commands))
        {
            return new CommandRefusal(
                RefusalReason.Forbidden,
                host.Exec.Policy == ExecPolicy.Off
                    ? $"commands are off on {host.Name}; allow them with exec.policy of the host in fleet.yml, "
                      + "or exec_policy of a connection created through the API"
                    : $"the command is not on the allow list of {host.Name} in fleet.yml");
        }

        // A relative path resolves to a different file in each folder.
        return folder is null || host.Exec.Policy != ExecPolicy.AllowList ? null : new CommandRefusal(
            RefusalReason.Forbidden,
            $"under allow_list, commands on {host.Name} run only in the login user's home; omit the folder, "
            + "or allow a command that changes to it in fleet.yml: cd /folder && ...");
    }

    /// <returns>Null if the host is connected.</returns>
    public static CommandRefusal? CheckConnected(HostAccess access, TimeProvider clock) =>
        access.Snapshot.Connection.Up ? null : new CommandRefusal(
            RefusalReason.NotConnected, $"{access.Host.Name} is not connected: {access.Snapshot.Problem(clock.Now())}");
}
