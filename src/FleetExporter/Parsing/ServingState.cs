namespace FleetExporter.Parsing;

/// <summary>State reported by a service or provider; the values of the label <c>state</c>.</summary>
public enum ServingState
{
    Ok,

    /// <summary>It responds, and its model is loading.</summary>
    Loading,

    Error,
}
