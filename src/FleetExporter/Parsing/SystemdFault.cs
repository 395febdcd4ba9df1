namespace FleetExporter.Parsing;

/// <summary>Why one manager did not answer, or a line of its answer that is no unit.</summary>
internal sealed record SystemdFault(string Scope, CollectorFailure Reason, string Message);
