using Microsoft.Extensions.Logging;

namespace FleetExporter.Tests.Fuzz;

/// <summary>Collects logged errors, each of which is a bug.</summary>
internal sealed class BugLog<T> : ILogger<T>
{
    private string? _bug;

    /// <exception cref="InvalidOperationException">An error was logged.</exception>
    public void Check()
    {
        if (_bug is not null)
        {
            throw new InvalidOperationException(_bug);
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _bug = logLevel >= LogLevel.Error ? $"{formatter(state, exception)}: {exception}" : _bug;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
