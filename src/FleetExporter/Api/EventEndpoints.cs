using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Events;
using FleetExporter.Store;

namespace FleetExporter.Api;

/// <summary>What happened in the fleet.</summary>
internal static class EventEndpoints
{
    private const int DefaultCount = 100;
    private const int MaxLength = 400;

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/events", ([AsParameters] Call call) => call.ListAsync())
            .Needs(Scope.Read).Produces<Listing<EventView>>()
            .WithSummary("What changed in the fleet, newest first.");

    internal sealed record Call
    {
        public required EventLog Events { get; init; }

        public string? Kind { get; init; }

        public string? Host { get; init; }

        public string? Subject { get; init; }

        public string? Severity { get; init; }

        public string? Since { get; init; }

        public string? Until { get; init; }

        public string? Q { get; init; }

        public string? Limit { get; init; }

        public string? Cursor { get; init; }

        public required CancellationToken Stop { get; init; }

        public async Task<IResult> ListAsync()
        {
            Dictionary<string, string[]> errors = [];
            var query = new EventQuery(
                Members<EventKind>("kind", Kind, errors), Word("host", Host, errors)?.Split(','), Word("subject", Subject, errors),
                Members<EventSeverity>("severity", Severity, errors), Time("since", Since, errors), Time("until", Until, errors),
                Word("q", Q, errors));
            if (errors.Count > 0)
            {
                return TypedResults.ValidationProblem(errors, title: "Invalid request");
            }

            if (!Listing.TryLimit(Limit, out var count, out var problem, DefaultCount)
                || !Listing.TryPage(Limit, Cursor, out _, out problem, EventLog.IsCursor))
            {
                return problem;
            }

            var page = await Events.ListAsync(query, count, Cursor, Stop).ConfigureAwait(false);
            return page.Success
                ? TypedResults.Ok(new Listing<EventView>([.. page.Value.Items.Select(EventView.Of)], page.Value.NextCursor))
                : Problem.Of(page.Error);
        }

        private static List<T>? Members<T>(string field, string? text, Dictionary<string, string[]> errors)
            where T : struct, Enum
        {
            if (text is null)
            {
                return null;
            }

            var words = text.Split(',');
            var members = Enum.GetValues<T>().Where(m => words.Contains(Words.Of(m))).ToList();
            if (words.Except(Words.All<T>()).Any())
            {
                errors[field] = [$"Give one or several of {string.Join(", ", Words.All<T>())}, separated by commas."];
            }

            return members;
        }

        private static DateTimeOffset? Time(string field, string? text, Dictionary<string, string[]> errors)
        {
            if (text is null)
            {
                return null;
            }

            if (QueryTime.TryRead(text, out var time))
            {
                return time;
            }

            errors[field] = [QueryTime.Error];
            return null;
        }

        private static string? Word(string field, string? text, Dictionary<string, string[]> errors)
        {
            if (text is { Length: 0 or > MaxLength } || text?.Any(char.IsControl) == true)
            {
                errors[field] = [$"Must be 1 to {MaxLength} printable characters."];
            }

            return text;
        }
    }
}
