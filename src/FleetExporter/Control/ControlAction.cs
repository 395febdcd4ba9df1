namespace FleetExporter.Control;

/// <summary>
/// What is counted and audited: the calls that change something, and the tries to get in.
/// A closed set; its words are in the audit and in the metrics.
/// </summary>
internal enum ControlAction
{
    /// <summary>A wrong key, on any route.</summary>
    Authenticate,

    Login,
    Logout,
    Reload,

    /// <summary>A command on a host.</summary>
    Exec,

    /// <summary>The end of a command that runs.</summary>
    Cancel,

    /// <summary>The end of a tmux session, and the token before it.</summary>
    Kill,

    ConnectionCreate,
    ConnectionChange,
    ConnectionDelete,

    /// <summary>The begin of watching a host.</summary>
    Connect,

    /// <summary>The end of watching a host.</summary>
    Disconnect,

    ProjectCreate,
    ProjectChange,
    ProjectDelete,

    /// <summary>A silence over an alert.</summary>
    Acknowledge,

    /// <summary>The end of such a silence.</summary>
    Unacknowledge,

    JobCreate,
    JobChange,
    JobDelete,

    /// <summary>A job put to work in a session on its host.</summary>
    JobStart,
    JobCancel,
}
