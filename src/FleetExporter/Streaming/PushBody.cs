using System.Globalization;
using System.Text.Json;

namespace FleetExporter.Streaming;

/// <summary>
/// What a device pushes: one GPU or an array of them, in the fields of <see cref="LiveGpu"/>. Other fields are ignored, null is as good as left out.
/// </summary>
internal static class PushBody
{
    /// <summary>Bytes.</summary>
    public const int Most = 64 * 1024;

    /// <summary>GPUs of one device.</summary>
    public const int MostGpus = 64;

    /// <param name="json">The body.</param>
    /// <returns>The GPUs in their order, or what is wrong with each field, by its path: <c>[1].temperatureGpu</c>.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
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
            case JsonValueKind.Array when root.GetArrayLength() <= MostGpus:
                foreach (var (i, item) in root.EnumerateArray().Index())
                {
                    var place = string.Create(CultureInfo.InvariantCulture, $"[{i}]");
                    if (item.ValueKind == JsonValueKind.Object)
                    {
                        gpus.Add(new Fields(item, place + ".", errors).Read());
                    }
                    else
                    {
                        errors[place] = ["Give an object for each GPU."];
                    }
                }

                break;
            case JsonValueKind.Array:
                errors[$"[{MostGpus}]"] = [$"Give at most {MostGpus} GPUs."];
                break;
            default:
                errors[""] = ["Give an object, or an array of objects."];
                break;
        }

        return (gpus, errors);
    }

    private sealed class Fields(JsonElement gpu, string place, Dictionary<string, string[]> errors)
    {
        /// <summary>MiB: 1 PiB.</summary>
        private const double MostMemory = 1 << 30;

        public LiveGpu Read() => new(
            Text("name", 128), Text("vendor", 32), Number("memoryTotal", 0, MostMemory),
            Number("memoryUsed", 0, MostMemory), Number("memoryFree", 0, MostMemory),
            Number("temperatureGpu", -50, 200), Number("utilizationGpu", 0, 100), Number("utilizationMemory", 0, 100), Number("fanSpeed", 0, 200),
            Number("powerDraw", 0, 1e6), Number("powerLimit", 0, 1e6), Number("clockCore", 0, 1e6),
            Number("clockMemory", 0, 1e6), Text("driverVersion", 64));

        /// <summary>Cut and made printable: what a device says is shown to people.</summary>
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
                    // Half of a surrogate pair.
                }
            }

            errors[place + name] = ["Give a text."];
            return null;
        }

        private double? Number(string name, double least, double most)
        {
            if (Value(name) is not { } value)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most)
            {
                return number;
            }

            errors[place + name] = [FormattableString.Invariant($"Give a number from {least} to {most}.")];
            return null;
        }

        private JsonElement? Value(string name) => gpu.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
