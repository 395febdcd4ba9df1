using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Polling;

/// <summary>Turns a section of a host into the result of its collector: an answer, a failure with its reason, or that the collector is off.</summary>
internal sealed partial class SectionReader(HostConfig host, PollMetrics metrics, TimeProvider clock, ILogger logger)
{
    /// <param name="damage">What is wrong with the section as received; null for a complete one.</param>
    public SectionResult Read(HostCollector collector, Section section, string? damage = null)
    {
        var now = clock.Now();
        if (damage is not null)
        {
            return Fail(CollectorFailure.Parse, damage);
        }

        if (section.Killed)
        {
            return Fail(CollectorFailure.Timeout, $"the command hung and was killed after {section.Duration?.TotalSeconds:0} s");
        }

        try
        {
            var answer = section.ToolMissing
                ? throw new ToolFailureException(CollectorFailure.ToolMissing, "the command was not found")
                : section.NotExecutable
                    ? throw new ToolFailureException(CollectorFailure.Permission, "the login user may not run the command")
                    : Parse(collector, section);
            return answer.Failure is { } failure && collector.OffAfter(failure, host)
                ? new SectionResult(collector, section, now, OffBecause: Words.Of(failure))
                : new SectionResult(collector, section, now, answer);
        }
        catch (ToolFailureException e) when (collector.OffAfter(e.Reason, host))
        {
            return new SectionResult(collector, section, now, OffBecause: $"{Words.Of(e.Reason)}: {Printable.Line(e.Message, 200)}");
        }
        catch (ToolFailureException e)
        {
            return Fail(e.Reason, e.Message);
        }
        catch (FormatException e)
        {
            return Fail(CollectorFailure.Parse, e.Message);
        }
        catch (Exception e)
        {
            Bug(collector.Name, e);
            return Fail(CollectorFailure.Bug, e.Message);
        }

        SectionResult Fail(CollectorFailure reason, string message) => new(collector, section, now, Failure: reason, Message: message);
    }

    /// <summary>Logs that the exporter itself failed on an answer.</summary>
    public void Bug(string collector, Exception error) => LogBug(error, collector, host.Name);

    private IAnswer Parse(HostCollector collector, Section section)
    {
        var started = clock.GetTimestamp();
        var answer = collector.Parse(section);
        metrics.Parsed(clock.GetElapsedTime(started));
        return answer;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Collector {Collector} failed on an answer of {Host}; this is a bug of the exporter")]
    private partial void LogBug(Exception error, string collector, string host);
}
