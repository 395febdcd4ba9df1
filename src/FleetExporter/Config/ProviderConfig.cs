namespace FleetExporter.Config;

/// <summary>A server of language models.</summary>
internal sealed record ProviderConfig : TargetConfig
{
    /// <summary>The base below which its endpoints stand; http or https, without user and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>What it speaks. Default openai.</summary>
    public ProviderKind Kind { get; init; } = ProviderKind.OpenAi;

    /// <summary>File with its API key on one line. Default null: none is sent.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The systemd unit on <see cref="TargetConfig.Host"/> that runs it. Default null.</summary>
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
