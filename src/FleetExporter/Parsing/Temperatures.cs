using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>One temperature sensor, in degrees Celsius. A limit is null where the chip has no valid one.</summary>
/// <param name="Sensor"><c>chip/label</c>, or the one that is set; unique per host.</param>
internal sealed record TemperatureSensor(string Sensor, double Celsius, double? MaxCelsius, double? CriticalCelsius);

/// <summary>Sensors of a host, and lines that could not be parsed.</summary>
internal sealed record Temperatures(IReadOnlyList<TemperatureSensor> Sensors, IReadOnlyList<string> UnparsedLines)
{
    /// <summary>Parses the section <c>temperature</c>: /sys/class/hwmon/hwmon*/temp*_{input,max,crit,label} and thermal zones.</summary>
    /// <param name="body">
    /// One <c>T&lt;millidegrees&gt;:&lt;max&gt;:&lt;crit&gt;:&lt;chip&gt;:&lt;label&gt;</c> per sensor; max, crit and label may be empty,
    /// the label is free text and may contain colons.
    /// </param>
    /// <returns>
    /// Sensors in output order, degrees Celsius; repeated names get " 2", " 3". Readings outside -50 to 250 °C are dropped (an
    /// absent NVMe sensor reports 65261.85); limits above 250 °C or not above 0 are null. Other lines are unparsed. Empty for an empty text.
    /// </returns>
    /// <exception cref="FormatException">The text has no line of this format.</exception>
    public static Temperatures Parse(string body)
    {
        var sensors = new List<TemperatureSensor>();
        var unparsed = new List<string>();
        var names = new UniqueNames();
        var understood = false;
        foreach (var line in SectionText.Lines(body).Where(static l => !string.IsNullOrWhiteSpace(l)))
        {
            if (line.Split(':', 5) is not [['T', .. var input], var max, var critical, var chip, var label]
                || Celsius(input) is not { } celsius || Name(RemoteLimits.Name(chip), RemoteLimits.Name(label)) is not { } name)
            {
                unparsed.Add(Printable.Line(line, 200));
                continue;
            }

            understood = true;
            if (celsius is >= -50 and <= 250)
            {
                sensors.Add(new TemperatureSensor(names.Of(name), celsius, Limit(max), Limit(critical)));
                RemoteLimits.Check(sensors.Count, RemoteLimits.Sensors, "sensors");
            }
        }

        return understood || unparsed.Count == 0
            ? new Temperatures(sensors, unparsed)
            : throw new FormatException($"temperature: no sensor in the output, which begins with {SectionText.Quote(body)}");
    }

    private static double? Celsius(string millidegrees) =>
        int.TryParse(millidegrees, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value / 1000.0 : null;

    private static double? Limit(string millidegrees) => Celsius(millidegrees) is > 0 and <= 250 and var limit ? limit : null;

    private static string? Name(string chip, string label) => (chip.Trim(), label.Trim()) switch
    {
        ("", "") => null,
        (var only, "") => only,
        ("", var only) => only,
        var (first, second) => $"{first}/{second}",
    };
}
