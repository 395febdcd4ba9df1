namespace FleetExporter.Cli.Agent;

/// <summary>Why nothing could be pushed this time, in words for the person who looks after the machine.</summary>
/// <param name="refused">Trying again soon will not help: the service or a certificate says no.</param>
internal sealed class AgentException(string message, bool refused, Exception? inner = null) : Exception(message, inner)
{
    public bool Refused => refused;
}
