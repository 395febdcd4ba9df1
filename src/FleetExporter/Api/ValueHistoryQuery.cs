using FleetExporter.Api.Http;
using FleetExporter.History;

namespace FleetExporter.Api;

/// <summary>The parameters of <c>/api/history</c>, as written.</summary>
internal sealed record ValueHistoryQuery
{
    private static readonly OrderedDictionary<string, TimeSpan> Ranges = new()
    {
        ["1h"] = TimeSpan.FromHours(1),
        ["6h"] = TimeSpan.FromHours(6),
        ["24h"] = TimeSpan.FromHours(24),
        ["7d"] = TimeSpan.FromDays(7),
        ["30d"] = TimeSpan.FromDays(30),
    };

    public string? Subject { get; init; }
    public string? Value { get; init; }

    /// <summary>Until now; the alternative to <see cref="From"/> and <see cref="To"/>.</summary>
    public string? Range { get; init; }
    public string? From { get; init; }
    public string? To { get; init; }

    /// <returns>The request, or null and the errors per field.</returns>
    public (HistoryRequest? Request, Dictionary<string, string[]> Errors) Read(DateTimeOffset clock)
    {
        // Whole milliseconds, as in the answer.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.ToUnixTimeMilliseconds());
        var errors = new Dictionary<string, string[]>();
        HistoryValue? value = null;
        if (!HistorySubject.TryParse(Subject, out var subject))
        {
            errors["subject"] = [$"Must be {string.Join(", ", Words.All<SubjectKind>().Select(FormOf))}, with a name as in the API."];
        }
        else if ((value = HistoryValues.Find(subject.Kind, Value ?? "")) is null)
        {
            errors["value"] = [$"Must be one of {string.Join(", ", HistoryValues.Of(subject.Kind).Select(v => v.Name))}."];
        }

        var (from, to) = ReadPeriod(now, errors);
        return errors.Count == 0 ? (new HistoryRequest(subject!, value!, from, to), errors) : (null, errors);
    }

    private static string FormOf(string kind) => kind == "gpu" ? "gpu:HOST/INDEX" : $"{kind}:NAME";

    private (DateTimeOffset From, DateTimeOffset To) ReadPeriod(DateTimeOffset now, Dictionary<string, string[]> errors)
    {
        if (From is null && To is null)
        {
            var known = Ranges.TryGetValue(Range ?? "", out var length);
            if (!known)
            {
                errors["range"] = [$"Must be one of {string.Join(", ", Ranges.Keys)}; or give from and to."];
            }

            return (now - length, now);
        }

        if (Range is not null)
        {
            errors["range"] = ["Give either range, or from and to."];
        }

        var from = ReadTime("from", From, errors);
        var to = ReadTime("to", To, errors);
        to = to < now ? to : now;
        if (!errors.ContainsKey("from") && !errors.ContainsKey("to") && (from >= to || to - from > HistoryGrid.MaxPeriod))
        {
            errors["from"] = [$"Must be before to and now, by at most {HistoryGrid.MaxPeriod.TotalDays:0} days."];
        }

        return (from, to);
    }

    private static DateTimeOffset ReadTime(string name, string? text, Dictionary<string, string[]> errors)
    {
        if (!QueryTime.TryRead(text, out var time))
        {
            errors[name] = [QueryTime.Error];
        }

        return time;
    }
}
