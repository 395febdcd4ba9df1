using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>The gateway answered one request with an error; the connection stays open.</summary>
internal sealed class GatewayErrorException(string method, GatewayError error) : Exception($"{method}: {error}")
{
    public GatewayError Error { get; } = error;
}
