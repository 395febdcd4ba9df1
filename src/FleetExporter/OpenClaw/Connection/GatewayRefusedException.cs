using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>The gateway answered one request with an error; the connection stands.</summary>
internal sealed class GatewayRefusedException(string method, GatewayError error) : Exception($"{method}: {error}")
{
    public GatewayError Error { get; } = error;
}
