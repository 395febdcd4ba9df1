using FleetExporter.Config;
using FleetExporter.Control;

namespace FleetExporter.Api.Monitoring;

/// <summary>Where a threshold or budget comes from.</summary>
internal enum LimitSource
{
    /// <summary>No other value is set.</summary>
    Default,

    /// <summary>From fleet.yml.</summary>
    File,

    /// <summary>Set through the API.</summary>
    Store,
}

/// <summary>A threshold. Values are in the base unit.</summary>
/// <param name="Value">The one that applies.</param>
/// <param name="Unit">ratio, bytes, celsius, seconds or usd; null for a number of things.</param>
/// <param name="Source">A word of <see cref="LimitSource"/>.</param>
/// <param name="FileValue">What fleet.yml sets; null where that is the default.</param>
/// <param name="ChangedBy">Who set the value through the API; null unless it comes from the store.</param>
/// <param name="ChangedAt">When; null unless it comes from the store.</param>
internal sealed record ThresholdView(
    string Name, double Value, double Default, string? Unit, string Source, double? FileValue, string? ChangedBy, DateTimeOffset? ChangedAt)
{
    public static ThresholdView Of(Threshold threshold, LiveConfig config, LimitList limits)
    {
        var row = limits.StoredThresholds.FirstOrDefault(t => t.Name == threshold.Name);
        var file = config.Loaded.Thresholds[threshold.Name] is var value && value != threshold.Default ? value : (double?)null;
        var source = row is not null ? LimitSource.Store : file is not null ? LimitSource.File : LimitSource.Default;
        return new ThresholdView(
            threshold.Name, row?.Value ?? file ?? threshold.Default, threshold.Default, threshold.Unit, Words.Of(source), file, row?.ChangedBy,
            row?.ChangedAt);
    }
}

/// <summary>Body of a threshold, for the description of the API.</summary>
/// <param name="Value">A number in the base unit; an amount of memory also as text with a unit, such as 2GiB.</param>
internal sealed record ThresholdForm(object Value);
