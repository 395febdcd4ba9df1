namespace FleetExporter.Collectors;

/// <summary>The answers of a host that are not stale.</summary>
internal interface IAnswers
{
    /// <returns>Null when there is none.</returns>
    T? Get<T>()
        where T : class, IAnswer;
}
