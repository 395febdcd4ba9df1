using System.Globalization;
using System.Text.Json;

namespace FleetExporter.Streaming;

/// <summary>
/// Parses the body of a push: one GPU or an array of them, in the fields of <see cref="LiveGpu"/>. Other fields and null are ignored.
/// </summary>
internal static class PushBody
{
    /// <summary>Maximum size of a body in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Maximum number of GPUs of one device.</summary>
    public const int MaxGpus = 64;

    /// <param name="json">The body.</param>
    /// <returns>The GPUs in order, and errors per field, by path: <c>[1].temperatureGpu</c>.</returns>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static (IReadOnlyList<LiveGpu> Gpus, Dictionary<string, string[]> Errors) Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var gpus = new List<LiveGpu>();
        var root = document.RootElement;
        switch (root.ValueKind)
        {
            case JsonValueKind.Object:
                gpus.Add(new Fields(root, "", errors).Read());
                break;
            case JsonValueKind.Array when root.GetArrayLength() <= MaxGpus:
                foreach (var (i, item) in root.EnumerateArray().Index())
                {
                    var place = string.Create(CultureInfo.InvariantCulture, $"[{i}]");
                    if (item.ValueKind == JsonValueKind.Object)
                    {
                        gpus.Add(new Fields(item, place + ".", errors).Read());
                    }
                    else
                    {
                        errors[place] = ["Each GPU must be an object."];
                    }
                }

                break;
            case JsonValueKind.Array:
                errors[$"[{MaxGpus}]"] = [$"At most {MaxGpus} GPUs are accepted."];
                break;
            default:
                errors[""] = ["The body must be an object or an array of objects."];
                break;
        }

        return (gpus, errors);
    }

    private sealed class Fields(JsonElement gpu, string place, Dictionary<string, string[]> errors)
    {
        /// <summary>1 PiB in MiB.</summary>
        private const double MaxMemory = 1 << 30;

        public LiveGpu Read() => new(
            Text("name", 128), Text("vendor", 32), Number("memoryTotal", 0, MaxMemory),
            Number("memoryUsed", 0, MaxMemory), Number("memoryFree", 0, MaxMemory),
            Number("temperatureGpu", -50, 200), Number("utilizationGpu", 0, 100), Number("utilizationMemory", 0, 100), Number("fanSpeed", 0, 200),
            Number("powerDraw", 0, 1e6), Number("powerLimit", 0, 1e6), Number("clockCore", 0, 1e6),
            Number("clockMemory", 0, 1e6), Text("driverVersion", 64));

        /// <summary>Truncated and made printable, because it is displayed.</summary>
        private string? Text(string name, int length)
        {
            if (Value(name) is not { } value)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.String)
            {
                try
                {
                    return Printable.Line(value.GetString()!, length) is { Length: > 0 } text ? text : null;
                }
                catch (InvalidOperationException)
                {
                    // An unpaired surrogate.
                }
            }

            errors[place + name] = ["Must be a string."];
            return null;
        }

        private double? Number(string name, double min, double max)
        {
            if (Value(name) is not { } value)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max)
            {
                return number;
            }

            errors[place + name] = [FormattableString.Invariant($"Must be a number from {min} to {max}.")];
            return null;
        }

        private JsonElement? Value(string name) => gpu.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
