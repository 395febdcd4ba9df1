using FleetExporter.Config;

namespace FleetExporter.Targets.Providers;

/// <summary>A server of language models.</summary>
internal sealed record ProviderConfig : TargetConfig
{
    /// <summary>Base URL of its API; http or https, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>Server kind, as in <c>providers[].kind</c>. Default openai.</summary>
    public ProviderKind Kind { get; init; } = ProviderKind.OpenAi;

    /// <summary>File with its API key on one line. Default null: no key is sent.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Its systemd unit on <see cref="TargetConfig.Host"/>. Default null.</summary>
    public UnitName? Unit { get; init; }
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
