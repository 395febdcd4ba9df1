namespace FleetExporter.Views;

/// <summary>What the driver's codes and words mean, from NVIDIA's catalogue of XID errors and the documentation of nvidia-smi.</summary>
internal static class GpuMeanings
{
    private static readonly Dictionary<int, string> Xids = new()
    {
        [13] = "graphics engine exception, mostly an invalid memory access of the program",
        [31] = "memory page fault, mostly an invalid memory access of the program",
        [32] = "corrupted command buffer: a driver or PCIe error",
        [38] = "driver firmware error",
        [43] = "the program was stopped after an error of its own; the GPU is healthy",
        [44] = "graphics engine fault during a context switch",
        [45] = "the program was ended, by a signal or after an earlier error",
        [46] = "the GPU stopped processing",
        [48] = "double-bit memory error (ECC): data were lost",
        [56] = "display engine error",
        [57] = "error while programming the memory interface",
        [58] = "unstable memory interface",
        [61] = "internal micro-controller warning",
        [62] = "internal micro-controller halted",
        [63] = "a memory page or row was marked for replacement; effective after a reset",
        [64] = "a memory page or row could not be replaced",
        [65] = "video processor exception",
        [68] = "video decoder exception",
        [69] = "graphics engine class error, mostly of the program",
        [74] = "NVLink error",
        [78] = "vGPU could not start",
        [79] = "the GPU has fallen off the bus: power, cable, slot or heat",
        [80] = "corrupted data were sent to the GPU",
        [92] = "many single-bit memory errors (ECC)",
        [94] = "contained memory error: only the program that hit it was ended",
        [95] = "uncontained memory error: all programs on the GPU are affected, it needs a reset",
        [109] = "timeout of a context switch",
        [110] = "security fault: power cycle the machine",
        [119] = "the GPU system processor (GSP) does not answer",
        [120] = "error of the GPU system processor (GSP)",
        [121] = "corrected error of the C2C link",
        [122] = "SPI read failure",
        [123] = "SPI write failure",
        [124] = "SPI erase failure",
        [137] = "NVLink access without permission, mostly of the program",
        [140] = "unrecovered memory error (ECC)",
        [143] = "the GPU could not be initialised",
        [154] = "the driver recommends another recovery action than before",
    };

    private static readonly Dictionary<string, string> ThrottleReasons = new(StringComparer.Ordinal)
    {
        ["gpu_idle"] = "idle",
        ["applications_clocks_setting"] = "limited by the set application clocks",
        ["sw_power_cap"] = "at its power limit",
        ["hw_slowdown"] = "slowed down by hardware: heat, or the power supply",
        ["sync_boost"] = "kept at the clocks of its sync boost group",
        ["sw_thermal_slowdown"] = "too hot: the driver lowers the clocks",
        ["hw_thermal_slowdown"] = "too hot: the hardware lowers the clocks",
        ["hw_power_brake_slowdown"] = "power brake asserted by the board or the host",
    };

    public static string? OfXid(int code) => Xids.GetValueOrDefault(code);

    public static string? OfThrottleReason(string reason) => ThrottleReasons.GetValueOrDefault(reason);
}
