namespace FleetExporter.Targets;

/// <summary>What simulated targets listen on: HTTP routes of one loopback port, and ports of their own.</summary>
/// <param name="Routes">Routes of <paramref name="Port"/>; WebSockets are enabled.</param>
internal sealed record SimulatedNetwork(IEndpointRouteBuilder Routes, int Port, TimeProvider Clock) : IDisposable
{
    private readonly List<SimulatedPort> _ports = [];

    public Uri UrlOf(string path) => new($"http://127.0.0.1:{Port}{path}");

    /// <summary>Opens a port until disposal.</summary>
    /// <param name="banner">Sent to each connection; null to send nothing, like a half-dead tunnel.</param>
    public int Listen(string? banner)
    {
        var port = new SimulatedPort(banner);
        _ports.Add(port);
        return port.Port;
    }

    public void Dispose() => _ports.ForEach(port => port.Dispose());
}
