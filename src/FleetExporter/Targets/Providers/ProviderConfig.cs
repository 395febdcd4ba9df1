using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Targets.Providers;

/// <summary>A server of language models.</summary>
internal sealed record ProviderConfig : TargetConfig
{
    private static readonly Kind<ProviderKind> Servers = Kinds.Choice(
        ("llama_cpp", ProviderKind.LlamaCpp), ("openai", ProviderKind.OpenAi), ("vllm", ProviderKind.Vllm), ("sglang", ProviderKind.Sglang));

    public static readonly TargetKind<ProviderConfig> TargetKind = new(
        "provider",
        new ProviderConfig { Name = "", Url = new("http://localhost/") },
        Key.Of("url", Kinds.Url("http", "https"), "", (ProviderConfig provider, Uri url) => provider with { Url = url }) with { IsRequired = true },
        Key.Of("kind", Servers, "openai", (ProviderConfig provider, ProviderKind kind) => provider with { Kind = kind }),
        Key.Of("key_file", Kinds.Path, "", (ProviderConfig provider, string path) => provider with { KeyFile = path }),
        Key.Of("unit", Kinds.Unit, "", (ProviderConfig provider, UnitName unit) => provider with { Unit = unit }));

    /// <summary>Base URL of its API; http or https, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>Server kind, as in <c>providers[].kind</c>. Default openai.</summary>
    public ProviderKind Kind { get; init; } = ProviderKind.OpenAi;

    /// <summary>File with its API key on one line. Default null: no key is sent.</summary>
    public string? KeyFile { get; init; }
}

public enum ProviderKind
{
    /// <summary>llama.cpp's server.</summary>
    LlamaCpp,

    /// <summary>Any server with <c>/v1/models</c>.</summary>
    OpenAi,

    Vllm,

    Sglang,
}
