namespace FleetExporter.Control;

/// <summary>
/// Counted and audited actions: calls that change something, and login attempts.
/// A closed set; the names appear in the audit and metrics.
/// </summary>
internal enum ControlAction
{
    /// <summary>A wrong key, on any route.</summary>
    Authenticate,

    Login,
    Logout,
    Reload,

    /// <summary>Runs a command.</summary>
    Exec,

    /// <summary>Cancels a running command.</summary>
    Cancel,

    /// <summary>Kills a tmux session, or requests its token.</summary>
    Kill,

    ConnectionCreate,
    ConnectionChange,
    ConnectionDelete,

    TargetCreate,
    TargetChange,
    TargetDelete,

    /// <summary>Polls a target once without storing anything.</summary>
    TargetTry,

    /// <summary>Stores a threshold, which replaces that of fleet.yml.</summary>
    ThresholdChange,

    /// <summary>Removes a stored threshold.</summary>
    ThresholdDelete,

    /// <summary>Stores a budget, which replaces that of fleet.yml.</summary>
    BudgetChange,

    /// <summary>Removes a stored budget.</summary>
    BudgetDelete,

    /// <summary>Tests a host step by step.</summary>
    Probe,

    /// <summary>Adds a host key to known_hosts.</summary>
    HostKeyTrust,

    /// <summary>Lists the private keys that connections may use.</summary>
    SshKeyList,
    SshKeyCreate,

    /// <summary>Reads an ssh_config into hosts.</summary>
    Import,

    /// <summary>Writes connections as text for fleet.yml.</summary>
    Export,

    /// <summary>Starts monitoring a host.</summary>
    Connect,

    /// <summary>Stops monitoring a host.</summary>
    Disconnect,

    ProjectCreate,
    ProjectChange,
    ProjectDelete,

    /// <summary>Silences an alert.</summary>
    Acknowledge,

    /// <summary>Ends such a silence.</summary>
    Unacknowledge,

    /// <summary>Leaves the GPUs of a host alone for a while.</summary>
    GpuRelease,

    /// <summary>Watches them again.</summary>
    GpuReleaseEnd,

    /// <summary>Reads the journal of a unit.</summary>
    Journal,

    JobCreate,
    JobChange,
    JobDelete,

    /// <summary>Starts a job in a session on its host.</summary>
    JobStart,
    JobCancel,
}
