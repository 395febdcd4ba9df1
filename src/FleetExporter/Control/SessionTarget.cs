using FleetExporter.Config;

namespace FleetExporter.Control;

/// <summary>One tmux session, named so that no other can be meant: a session made again under the same name has another id or another time.</summary>
/// <param name="User">Whose tmux server it is on.</param>
/// <param name="IsLoginUser">Whether that is the user the service logs in as; otherwise sudo is needed.</param>
/// <param name="SessionId"><c>$</c> and digits.</param>
/// <param name="Created">When it was made, in whole seconds of the host's clock.</param>
/// <param name="Panes">Ids of the panes that may die, <c>%</c> and digits.</param>
internal sealed record SessionTarget(string Host, string User, bool IsLoginUser, string SessionId, DateTimeOffset Created, ValueList<string> Panes);
