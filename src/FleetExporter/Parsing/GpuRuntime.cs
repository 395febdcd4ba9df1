using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Runtime of a GPU process, from a closed list: a metric label, unlike the process name, which is free text.</summary>
internal static partial class GpuRuntime
{
    public const string Other = "other";

    /// <summary>Runtimes recognised by name anywhere in the text, as in <c>python … -m vllm</c> or a path.</summary>
    private static readonly (string Runtime, Regex Words)[] Named =
    [
        ("comfyui", ComfyUi()),
        ("llama.cpp", LlamaCpp()),
        ("ollama", Ollama()),
        ("sglang", SgLang()),
        ("tensorrt", TensorRt()),
        ("triton", Triton()),
        ("vllm", Vllm()),
    ];

    /// <summary>Every value that <see cref="Of"/> returns.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Named.Select(rule => rule.Runtime), "desktop", "python", Other];

    /// <summary>The runtime of a process name, path, title or command line; the first match wins, because arguments follow the program.</summary>
    public static string Of(string? processName)
    {
        if (string.IsNullOrWhiteSpace(processName))
        {
            return Other;
        }

        var first = Named
            .Select(rule => (rule.Runtime, Match: rule.Words.Match(processName)))
            .Where(found => found.Match.Success)
            .OrderBy(found => found.Match.Index)
            .FirstOrDefault();
        return first.Runtime ?? (Desktop().IsMatch(processName) ? "desktop" : Python().IsMatch(processName) ? "python" : Other);
    }

    [GeneratedRegex(@"(?<![a-z0-9])comfyui", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ComfyUi();

    /// <summary>Excludes <c>llama-3</c>, a model, and <c>llama-factory</c>, a trainer.</summary>
    [GeneratedRegex(
        @"(?<![a-z0-9])(?:llama[-_.](?:server|cli|cpp|bench|run|batched|embedding|perplexity|parallel|simple|speculative|mtmd|tts|swap)"
        + @"|llamafile|(?:ggml-)?rpc-server)(?![a-z0-9])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LlamaCpp();

    [GeneratedRegex(@"(?<![a-z0-9])ollama(?![a-z0-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Ollama();

    [GeneratedRegex(@"(?<![a-z0-9])(?:sglang|sgl_)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SgLang();

    [GeneratedRegex(@"(?<![a-z0-9])(?:tensorrt|trtllm|trtexec)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TensorRt();

    [GeneratedRegex(@"(?<![a-z0-9])(?:tritonserver|triton_python_backend)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Triton();

    [GeneratedRegex(@"(?<![a-z0-9])vllm(?![a-z0-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Vllm();

    [GeneratedRegex(
        @"^[a-z]:\\windows\\|(?:^|[/\\])(?:xorg|xwayland|gnome-[a-z-]+|mutter[a-z0-9-]*|kwin[a-z0-9_]*|plasmashell|sddm[a-z-]*|gdm[a-z0-9-]*"
        + @"|sway|hyprland|weston|chrome|chromium[a-z-]*|firefox[a-z-]*|msedge|msedgewebview2|explorer|dwm|discord|steam[a-z]*|nautilus"
        + @"|nvidia overlay)(?:\.exe|\.bin)?(?:\s|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Desktop();

    /// <summary><c>pt_main_thread</c> is PyTorch's process name.</summary>
    [GeneratedRegex(
        @"(?:^|[/\\\s])python[0-9.]*w?(?:\.exe)?(?:\s|$)|^pt_main_thread|(?:^|[/\\])(?:torchrun|ipython[0-9.]*)(?:\s|$)|^ray::",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Python();
}
