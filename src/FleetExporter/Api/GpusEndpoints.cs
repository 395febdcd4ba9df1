using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Views;
using Microsoft.AspNetCore.Mvc;

namespace FleetExporter.Api;

/// <summary>The GPUs of all hosts in one list, and which of them are free.</summary>
internal static class GpusEndpoints
{
    public static void MapGpus(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/gpus", IResult (HostViews views, [AsParameters] GpuQuery query) =>
            query.TryRead(out var filter, out var problem)
                ? Listing.Of(filter.Apply(views.Gpus()), g => g.Key(), g => g, query.Limit, query.Cursor)
                : problem)
        .Needs(Scope.Read).Produces<Listing<FleetGpuView>>().ProducesValidationProblem()
        .WithSummary("The GPUs of all hosts; free=true leaves those that are free, count=N hosts with at least N that match.");
}

/// <summary>The parameters of <c>/api/gpus</c>, as written.</summary>
internal sealed record GpuQuery
{
    public string? Free { get; init; }
    public string? Count { get; init; }

    [FromQuery(Name = "memory_mb")]
    public string? MemoryMb { get; init; }
    public string? Name { get; init; }
    public string? Host { get; init; }
    public string? Label { get; init; }
    public string? Limit { get; init; }
    public string? Cursor { get; init; }

    public bool TryRead([NotNullWhen(true)] out GpuFilter? filter, [NotNullWhen(false)] out IResult? problem)
    {
        filter = null;
        var (count, memory) = (0L, 0L);
        if (QueryFlag.TryRead(Free, "free", out var free, out problem)
            && TryNumber(Count, "count", 1, 1_000, out count, out problem)
            && TryNumber(MemoryMb, "memory_mb", 1, 100_000_000, out memory, out problem))
        {
            var label = Label?.Split(':', 2);
            if (label is [_] or ["", _])
            {
                problem = Problem.Invalid("label", "Give label as NAME:VALUE, such as label=room:a.");
                return false;
            }

            filter = new GpuFilter(free, count, memory, Name, Host, label is [var key, var value] ? (key, value) : null);
        }

        return filter is not null;
    }

    private static bool TryNumber(string? text, string name, long min, long max, out long value, [NotNullWhen(false)] out IResult? problem)
    {
        value = 0;
        var valid = text is null
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max);
        problem = valid ? null : Problem.Invalid(name, $"{Printable.Line(text!, 20)} is not a number from {min} to {max}");
        return valid;
    }
}

/// <summary>Which GPUs are wanted.</summary>
/// <param name="Free">Null for all.</param>
/// <param name="Count">How many of them a host must have; 0 for any number.</param>
/// <param name="MemoryMb">How much memory must be free.</param>
/// <param name="Name">Part of the model's name, whatever its case.</param>
internal sealed record GpuFilter(bool? Free, long Count, long MemoryMb, string? Name, string? Host, (string Key, string Value)? Label)
{
    /// <param name="all">Ordered by key.</param>
    /// <returns>Ordered by key.</returns>
    public IEnumerable<FleetGpuView> Apply(IEnumerable<FleetGpuView> all) => all.Where(Matches)
        .GroupBy(gpu => gpu.Host, StringComparer.Ordinal).Where(host => host.Count() >= Count).SelectMany(host => host);

    private bool Matches(FleetGpuView gpu) =>
        (Free is null || gpu.Free == Free)
        && (MemoryMb == 0 || gpu.MemoryFreeMb >= MemoryMb)
        && (Name is null || gpu.Name?.Contains(Name, StringComparison.OrdinalIgnoreCase) == true)
        && (Host is null || gpu.Host == Host)
        && (Label is not { } label || (gpu.Labels.TryGetValue(label.Key, out var value) && value == label.Value));
}
