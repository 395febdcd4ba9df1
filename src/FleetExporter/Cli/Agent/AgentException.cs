namespace FleetExporter.Cli.Agent;

/// <summary>Why a push failed, in words for the administrator of the machine.</summary>
/// <param name="permanent">A retry will not help until somebody changes the configuration, such as the key or a certificate.</param>
internal sealed class AgentException(string message, bool permanent, Exception? inner = null) : Exception(message, inner)
{
    public bool IsPermanent => permanent;
}
