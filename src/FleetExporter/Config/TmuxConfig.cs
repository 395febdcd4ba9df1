namespace FleetExporter.Config;

/// <summary>How a host's tmux sessions are watched.</summary>
internal sealed record TmuxConfig
{
    public static readonly TmuxConfig Default = new();

    /// <summary>Whether tmux is watched. Default auto.</summary>
    public Toggle Enabled { get; init; } = Toggle.Auto;

    /// <summary>Users whose sessions are watched beside the login user's own, each through <c>sudo -n -u</c>. Default none.</summary>
    public ValueList<string> Users { get; init; } = [];
}
