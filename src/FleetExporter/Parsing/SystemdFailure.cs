namespace FleetExporter.Parsing;

/// <summary>Failure of one manager, or a line of its output that is not a unit.</summary>
internal sealed record SystemdFailure(string Scope, CollectorFailure Reason, string Message);
