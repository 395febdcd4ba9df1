namespace FleetExporter.Config;

/// <summary>Settings of a host's tmux collector.</summary>
internal sealed record TmuxConfig
{
    public static readonly TmuxConfig Default = new();

    /// <summary>Whether tmux is watched. Default auto.</summary>
    public Toggle Enabled { get; init; } = Toggle.Auto;

    /// <summary>Users whose sessions are watched in addition to the login user's, by <c>sudo -n -u</c>. Default none.</summary>
    public ValueList<string> Users { get; init; } = [];
}
