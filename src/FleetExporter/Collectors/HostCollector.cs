using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>One kind of data that is read from a host: its shell script, its parser, its metric families and its messages.</summary>
/// <param name="name">Name of its section and value of the label <c>collector</c>. Lower-case letters and underscores.</param>
/// <param name="families">Every metric family it can publish, used or not: rules and dashboards are checked against it.</param>
internal abstract class HostCollector(string name, params IReadOnlyList<MetricFamily> families)
{
    public string Name => name;

    public IReadOnlyList<MetricFamily> Families => families;

    public virtual StreamKind Stream => StreamKind.Vitals;

    /// <summary>Minimum interval between two requests; zero requests with every poll.</summary>
    public virtual TimeSpan Every => TimeSpan.Zero;

    /// <summary>Whether a request tells the script <see cref="Arguments"/>.</summary>
    public virtual bool TakesArguments => false;

    /// <summary>
    /// What a request tells the script, in <c>a</c>: letters, digits and commas. A change makes the collector due. Null when there is nothing to ask.
    /// </summary>
    public virtual string? Arguments(IAnswers answers) => "";

    /// <summary>Whether it is asked only while somebody looks at what it reads.</summary>
    public virtual bool IsOnDemand => false;

    /// <summary>POSIX sh, run inside the sampler as the body of a function: leaves its text in <c>b</c> and returns the exit status.</summary>
    public abstract string Script(HostConfig host);

    /// <summary>Parses a section. Pure.</summary>
    /// <exception cref="FormatException">The section cannot be parsed; the message quotes the offending line.</exception>
    /// <exception cref="ToolFailureException">The tool answered with a known failure.</exception>
    public abstract IAnswer Parse(Section section);

    /// <summary>Why the collector is off on this host, as one line; null where it is on.</summary>
    /// <param name="system">The host's identity and tools; null while unknown.</param>
    public virtual string? OffBecause(HostConfig host, SystemIdentity? system) => null;

    /// <summary>Whether the failure means that the host does not offer this data: the collector is then off instead of failing.</summary>
    public virtual bool OffAfter(CollectorFailure reason, HostConfig host) => false;

    /// <summary>A short summary of the answer, for <c>fleet-exporter probe</c>.</summary>
    public abstract string Summarize(IAnswer answer);

    /// <summary>What an operator can do about the failure.</summary>
    public virtual string Fix(CollectorFailure reason) => reason switch
    {
        CollectorFailure.ToolMissing => "Install the command on the host; the message names it.",
        CollectorFailure.Permission => "The login user lacks permission; see the message.",
        CollectorFailure.Timeout => "Run the command on the host by hand and check whether it hangs.",
        _ => "The answer could not be parsed; please report it with the section's text from /debug/hosts.",
    };

    /// <summary>Masks possible secrets, such as process arguments, in a section's text or in a message that quotes it.</summary>
    public virtual string Mask(string text) => text;

    /// <summary>Masks possible secrets in a reading.</summary>
    public virtual Reading Mask(Reading reading) => reading;

    /// <summary>The section's text from a simulated host; null where it lacks the tool.</summary>
    public abstract string? Simulate(SimulatedHost host, DateTimeOffset now);

    /// <summary>For example <c>3 sensors</c>.</summary>
    protected static string Count(int count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";
}
