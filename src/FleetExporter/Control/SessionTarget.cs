using FleetExporter.Config;

namespace FleetExporter.Control;

/// <summary>Unambiguous identity of a tmux session: one recreated under the same name has another id or creation time.</summary>
/// <param name="User">Owner of the tmux server.</param>
/// <param name="IsLoginUser">Whether that is the SSH login user; otherwise sudo is needed.</param>
/// <param name="SessionId"><c>$</c> and digits.</param>
/// <param name="Created">Creation time, in whole seconds of the host's clock.</param>
/// <param name="Panes">Ids of the panes to kill, <c>%</c> and digits.</param>
internal sealed record SessionTarget(string Host, string User, bool IsLoginUser, string SessionId, DateTimeOffset Created, ValueList<string> Panes);
