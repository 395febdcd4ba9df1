using System.Text.Json;
using System.Text.Json.Serialization;
using FleetExporter.Parsing;
using FleetExporter.Views;

namespace FleetExporter.Streaming;

/// <summary>A GPU on the stream and in a push. MiB (whole ones on the stream), °C, percent, watts, MHz; unknown values are omitted.</summary>
/// <param name="ClockCore">The graphics clock.</param>
/// <param name="Host">Omitted in a push, where the key identifies the device.</param>
/// <param name="Gpu">Its index; omitted in a push, where the position determines it.</param>
internal sealed record LiveGpu(
    string? Name,
    string? Vendor,
    [property: JsonPropertyName("memoryTotal")] double? MemoryTotal,
    [property: JsonPropertyName("memoryUsed")] double? MemoryUsed,
    [property: JsonPropertyName("memoryFree")] double? MemoryFree,
    [property: JsonPropertyName("temperatureGpu")] double? TemperatureGpu,
    [property: JsonPropertyName("utilizationGpu")] double? UtilizationGpu,
    [property: JsonPropertyName("utilizationMemory")] double? UtilizationMemory,
    [property: JsonPropertyName("fanSpeed")] double? FanSpeed,
    [property: JsonPropertyName("powerDraw")] double? PowerDraw,
    [property: JsonPropertyName("powerLimit")] double? PowerLimit,
    [property: JsonPropertyName("clockCore")] double? ClockCore,
    [property: JsonPropertyName("clockMemory")] double? ClockMemory,
    [property: JsonPropertyName("driverVersion")] string? DriverVersion,
    string? Host = null,
    int? Gpu = null)
{
    private const double Mebi = 1024 * 1024;
    private const double Mega = 1e6;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
    };

    public static LiveGpu Of(Gpu gpu) => new(
        gpu.Name,
        gpu.Vendor,
        JsonNumber.Mebibytes(gpu.MemoryTotalBytes),
        JsonNumber.Mebibytes(gpu.MemoryUsedBytes),
        JsonNumber.Mebibytes(gpu.MemoryFreeBytes),
        gpu.TemperatureCelsius,
        Round(gpu.Utilization * 100),
        Round(gpu.MemoryUtilization * 100),
        Round(gpu.FanRatio * 100),
        gpu.PowerDrawWatts,
        gpu.PowerLimitWatts,
        Round(gpu.Clocks.Graphics / Mega),
        Round(gpu.Clocks.Memory / Mega),
        gpu.DriverVersion);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Converts a GPU that a device has pushed.</summary>
    /// <param name="index">Its position in the push.</param>
    public Gpu ToGpu(int index) => new()
    {
        Index = index,
        Name = Name,
        Vendor = Vendor,
        DriverVersion = DriverVersion,
        MemoryTotalBytes = MemoryTotal * Mebi,
        MemoryUsedBytes = (MemoryUsed ?? (MemoryTotal >= MemoryFree ? MemoryTotal - MemoryFree : null)) * Mebi,
        MemoryFreeBytes = MemoryFree * Mebi,
        TemperatureCelsius = TemperatureGpu,
        Utilization = UtilizationGpu / 100,
        MemoryUtilization = UtilizationMemory / 100,
        FanRatio = FanSpeed / 100,
        PowerDrawWatts = PowerDraw,
        PowerLimitWatts = PowerLimit,
        Clocks = new GpuClocks { Graphics = ClockCore * Mega, Memory = ClockMemory * Mega },
    };

    /// <summary>Removes rounding noise of percentages, such as 7.000000000000001.</summary>
    private static double? Round(double? value) => value is { } number ? Math.Round(number, 3) : null;
}
