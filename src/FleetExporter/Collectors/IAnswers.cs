namespace FleetExporter.Collectors;

/// <summary>The answers of a host that are not stale.</summary>
internal interface IAnswers
{
    /// <returns>Null without a fresh answer of this type.</returns>
    T? Get<T>()
        where T : class, IAnswer;
}
