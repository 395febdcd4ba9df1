using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FleetExporter.Tests.Api;

/// <summary>
/// Generates request bodies: the fields of a form with valid, invalid, hostile and missing values, and bodies that are not JSON.
/// </summary>
internal sealed class BodyGenerator(Random random, Func<IReadOnlyList<string>> known)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "dgx-7", "Experiment 1", "-oProxyCommand=touch /tmp/x", "-x", "127.0.0.1",
        "[::1]", "a.lan", "a b", "fleet", "root;id", "$(id)", "`id`", "../../etc/passwd",
        "/root/.ssh/id_ed25519", "/etc/shadow", "/data/vision", "relative/path", "pending", "running",
        "completed", "failed", "cancelled", "off", "any", "allow_list", "computer_vision",
        "nlp", "other", "file", "api", "2026-11-21T10:00:00Z", "5m", "1h", "400d", "\0", "line\nline",
        "\u001b[31mred", "\u202Eright to left", "ünïcödé 日本語 🦙", "<img src=x onerror=alert(1)>",
        "'; DROP TABLE jobs; --", "%s%n", "null", "true", "true; sleep 1", "01930d4c-0000-7000-8000-000000000000",
    ];

    /// <summary>Valid values as JSON, by the suffix of the field's name.</summary>
    private static readonly (string Field, string[] Values)[] Fitting =
    [
        ("kind", ["\"service\"", "\"tunnel\""]), ("url", ["\"http://127.0.0.1:1/\""]), ("connect", ["\"127.0.0.1:1\""]), ("settings", ["{}"]),
        ("exec_policy", ["\"off\"", "\"any\"", "\"allow_list\""]), ("is_active", ["true", "false"]),
        ("port", ["22", "2222", "null"]), ("hostname", ["\"a.lan\"", "\"[::1]\"", "\"10.0.0.7\""]),
        ("username", ["\"fleet\"", "null"]), ("project_type", ["\"nlp\"", "\"other\""]), ("remote_path", ["\"/data/vision\"", "null"]),
        ("connection_id", ["\"a\"", "\"b b\""]),
        ("status", ["\"pending\"", "\"running\"", "\"completed\"", "\"failed\""]),
        ("config", ["{}", "{\"command\":\"true\"}", "{\"lr\":0.1,\"note\":\"日本\"}"]),
        ("metrics", ["{}", "{\"epoch\":3,\"loss\":0.25}", "{\"loss\":null}"]), ("command", ["\"true\"", "\"printf '%s' \\\"$HOME\\\"\""]),
        ("timeout_seconds", ["5", "60"]), ("working_directory", ["null", "\"/data\""]), ("exec_id", ["null"]), ("minutes", ["1", "1440"]),
        ("duration", ["\"5m\"", "\"1h\""]), ("comment", ["\"seen\"", "null"]), ("description", ["\"line\\nline\"", "\"\""]),
        ("memoryTotal", ["24564"]), ("temperatureGpu", ["61", "null"]), ("utilizationGpu", ["42.5"]),
        ("powerDraw", ["210.5"]), ("gpu", ["0"]), ("model_name", ["\"vit_base\"", "null"]), ("force", ["true", "false"]),
    ];

    private static readonly string[] Numbers =
    [
        "0", "1", "-1", "22", "60", "65535", "65536", "0.5", "-0.0", "1e3", "1e308",
        "1e999", "9007199254740993", "-9223372036854775808", "18446744073709551616"
    ];

    public byte[] Next(Type form)
    {
        var body = random.NextDouble() < 0.04 ? Value(3) : Form(form);
        return random.Next(40) switch
        {
            0 => Encoding.UTF8.GetBytes(body)[..random.Next(Encoding.UTF8.GetByteCount(body) + 1)],
            1 => [.. Encoding.UTF8.GetBytes(body), .. Encoding.UTF8.GetBytes(body)],
            2 => Noise(),
            3 => Encoding.UTF8.GetBytes(new string('[', random.Next(200)) + body),
            4 => Encoding.Unicode.GetBytes(body),
            _ => Encoding.UTF8.GetBytes(body),
        };
    }

    private string Form(Type form)
    {
        // Some bodies are nearly valid, so that later checks are reached too.
        var care = random.Next(3) == 0 ? 0.97 : 0.3;
        var fields = new List<string>();
        foreach (var field in form.IsArray ? form.GetElementType()!.GetProperties() : form.GetProperties())
        {
            if (random.NextDouble() < (care > 0.9 ? 0.8 : 0.6))
            {
                var name = field.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name);
                var value = random.NextDouble() < care ? Fit(name) : random.NextDouble() < 0.8 ? Of(field.PropertyType) : Value(2);
                fields.Add($"{Quoted(name)}:{value}");
            }
        }

        if (random.NextDouble() > care)
        {
            fields.Add($"{Quoted(Text())}:{Value(2)}");
        }

        if (fields.Count > 0 && random.Next(20) == 0)
        {
            fields.Add(fields[random.Next(fields.Count)]);
        }

        return "{" + string.Join(',', fields) + "}";
    }

    private string Fit(string name) =>
        Array.Find(Fitting, f => f.Field == name) is { Values: { } values } ? values[random.Next(values.Length)]
        : name.EndsWith("_id", StringComparison.Ordinal) && known() is { Count: > 0 } ids ? Quoted(ids[random.Next(ids.Count)])
        : name == "ssh_key_path" ? "null"
        : Quoted($"n{random.Next(1000)}");

    private string Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? Quoted(Text())
            : type == typeof(bool) ? random.Next(2) == 0 ? "true" : "false"
            : type.IsPrimitive || type == typeof(decimal) ? Number()
            : type.IsEnum ? Quoted(JsonNamingPolicy.SnakeCaseLower.ConvertName(Enum.GetNames(type)[random.Next(Enum.GetNames(type).Length)]))
            : type.IsAssignableTo(typeof(JsonNode)) ? Object(2)
            : Value(3);
    }

    private string Value(int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => Number(),
        3 or 4 => Quoted(Text()),
        5 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1))) + "]",
        _ => Object(depth),
    };

    private string Object(int depth) =>
        "{" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"{Quoted(Text())}:{Value(depth - 1)}")) + "}";

    private string Number() =>
        random.Next(3) == 0 ? random.Next(-5, 100000).ToString(CultureInfo.InvariantCulture) : Numbers[random.Next(Numbers.Length)];

    private string Text() => random.Next(12) switch
    {
        0 => new string((char)random.Next(32, 0x2500), random.Next(6000)),
        1 or 2 when known() is { Count: > 0 } ids => ids[random.Next(ids.Count)],
        3 => "n" + random.Next(1000),
        _ => Texts[random.Next(Texts.Length)],
    };

    private byte[] Noise()
    {
        var bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
