using System.Globalization;
using System.Text.RegularExpressions;

namespace FleetExporter.Config.Binding;

/// <summary>Value kinds of fleet.yml.</summary>
internal static partial class Kinds
{
    public static readonly Kind<ListenAddress> Listen = Text<ListenAddress>(
        "address", "an IP address or `localhost`, with its port", ListenAddress.TryParse);

    public static readonly Kind<HostAddress> Address = Text<HostAddress>("address", "`host`, `host:port`, `[v6]:port`, alias", HostAddress.TryParse);

    public static readonly Kind<UnitName> Unit =
        Text<UnitName>("unit", "`NAME.service`, `user:NAME.service`, or another unit type", UnitName.TryParse);

    public static readonly Kind<string> HostName =
        Matching("name", "1 to 63 letters, digits, `.`, `_`, spaces, `-`; begins with a letter or digit", HostNamePattern());

    public static readonly Kind<string> UserName =
        Matching("user name", "1 to 32 of `a-z`, `0-9`, `_`, `.`, `-`; begins with a letter or `_`", UserNamePattern());

    public static readonly Kind<string> HeaderHost = Matching("host name", "a name or address without a port", HeaderHostPattern());

    public static readonly Kind<string> Command = Text("command", "1 to 65536 bytes", (string text, out string? value, out string? error) =>
    {
        error = text.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(text) > 65536 ? "is out of range; give 1 to 65536 bytes"
            : text.Contains('\0') ? "contains a NUL character; remove it"
            : null;
        value = error is null ? text : null;
        return error is null;
    });


    public static readonly Kind<string> Path = new("path", "", PathText.TryRead);

    /// <summary>A path, or <c>none</c>, which reads as "".</summary>
    public static readonly Kind<string> PathOrNone = new("path", "or `none`", PathText.TryReadOrNone);

    public static readonly Kind<HostAddress> AddressWithPort =
        new("address", "`host:port`, `[v6]:port`", (Field field, out HostAddress? value) =>
        {
            if (!WithPort!.Read(field, out value))
            {
                return false;
            }

            return field.Binder.Api?.AddressError(value!.Host) is not { } error || field.FailValue(value.ToString(), error);
        });

    private static readonly Kind<HostAddress> WithPort = Text<HostAddress>(
        "address", "", (string text, out HostAddress? value, out string? error) =>
        {
            if (HostAddress.TryParse(text, out value, out error) && value.Port is null)
            {
                error = "has no port; give host:port";
            }

            return error is null;
        });

    public static bool IsHostName(string text) => HostNamePattern().IsMatch(text);

    public static bool IsUserName(string text) => UserNamePattern().IsMatch(text);

    /// <summary>A URL with one of these schemes. User and password are rejected: URLs are displayed, and secrets belong in files.</summary>
    public static Kind<Uri> Url(params IReadOnlyList<string> schemes)
    {
        var range = string.Join(" or ", schemes.Select(scheme => $"`{scheme}://…`"));
        return new("URL", range, (Field field, out Uri? value) =>
        {
            value = null;
            if (!field.TryText("a URL", out var text))
            {
                return false;
            }

            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !schemes.Contains(url.Scheme) || url.Host.Length == 0
                || text.Any(char.IsControl))
            {
                return field.FailValue(text, $"is not a URL; give {range.Replace("`", "", StringComparison.Ordinal)}");
            }

            if (url.UserInfo.Length > 0)
            {
                return (field with { IsSecret = true }).FailValue(
                    text, "contains a user or password; remove them and put the secret into a file");
            }

            if (field.Binder.Api?.AddressError(url.Host) is { } error)
            {
                return field.FailValue(text, error);
            }

            value = url.Fragment.Length == 0 ? url : null;
            return value is not null || field.FailValue(text, "contains a fragment (#…), which HTTP does not send; remove it");
        });
    }

    /// <summary>One of the given words.</summary>
    public static Kind<string> Word(params IReadOnlyList<string> words) =>
        Text("choice", string.Join(", ", words), (string text, out string? value, out string? error) =>
        {
            value = text;
            error = words.Contains(text) ? null : $"is not an allowed value; give {string.Join(" or ", words)}";
            return error is null;
        });

    public static Kind<TimeSpan> Time(string min, string max)
    {
        var range = $"{min} to {max}";
        return Text("duration", range, (string text, out TimeSpan value, out string? error) =>
            Duration.TryParse(text, out value, out error) && InRange(value, Parsed(min), Parsed(max), range, out error));

        static TimeSpan Parsed(string text) => Duration.TryParse(text, out var value, out var error) ? value : throw new FormatException(error);
    }

    public static Kind<int> Integer(int min, int max)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");
        return Text("integer", range, (string text, out int value, out string? error) =>
        {
            value = 0;
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                error = $"is not a whole number; give {range}";
                return false;
            }

            value = (int)Math.Clamp(number, int.MinValue, int.MaxValue);
            return InRange(value, min, max, range, out error);
        });
    }

    public static Kind<double> PositiveNumber() => Text("number", "above 0", (string text, out double value, out string? error) =>
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        error = double.TryParse(text, Styles, CultureInfo.InvariantCulture, out value) && !double.IsNaN(value)
            ? AboveZero(value)
            : "is not a number; give a number above 0";
        return error is null;
    });

    public static Kind<double> Size() => Text("size", "above 0", (string text, out double value, out string? error) =>
    {
        if (ByteSize.TryParse(text, out value, out error))
        {
            error = AboveZero(value);
        }

        return error is null;
    });

    /// <summary>One of the given words, each with its enum value.</summary>
    public static Kind<T> Choice<T>(params IReadOnlyList<(string Word, T Value)> choices)
        where T : struct
    {
        var words = choices.Select(choice => choice.Word).ToArray();
        return Text("choice", string.Join(", ", words.Select(word => $"`{word}`")), (string text, out T value, out string? error) =>
        {
            var found = choices.Where(choice => choice.Word == text).Take(1).ToArray();
            value = found.Length == 1 ? found[0].Value : default;
            error = found.Length == 1 ? null : $"is not an allowed value; give {string.Join(", ", words[..^1])} or {words[^1]}";
            return found.Length == 1;
        });
    }

    public static Kind<ValueList<T>> ListOf<T>(Kind<T> item) => new($"list of {item.Type}s", item.Range, (Field field, out ValueList<T>? value) =>
        ItemList.TryRead(field, item, out value));

    public static Kind<T> Text<T>(string type, string range, ParseText<T> parse) => new(type, range, (Field field, out T? value) =>
    {
        value = default;
        return field.TryText(WithArticle(type), out var text) && (parse(text, out value, out var error) || field.FailValue(text, error!));
    });

    private static Kind<string> Matching(string type, string range, Regex pattern) =>
        Text(type, range, (string text, out string? value, out string? error) =>
        {
            value = pattern.IsMatch(text) ? text : null;
            error = value is null ? $"is not a valid {type}; give {range.Replace("`", "", StringComparison.Ordinal)}" : null;
            return value is not null;
        });

    private static bool InRange<T>(T value, T min, T max, string range, out string? error)
        where T : IComparable<T>
    {
        var inside = value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0;
        error = inside ? null : $"is out of range; give {range}";
        return inside;
    }

    private static string? AboveZero(double value) => value > 0 && double.IsFinite(value) ? null : "is out of range; give a number above 0";

    private static string WithArticle(string type) => ("aeio".Contains(type[0], StringComparison.Ordinal) ? "an " : "a ") + type;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._ -]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostNamePattern();

    [GeneratedRegex(@"^[a-z_][a-z0-9_.-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UserNamePattern();

    [GeneratedRegex(@"^([A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderHostPattern();
}
