namespace FleetExporter.Config;

/// <summary>TLS certificate and key: absolute paths of PEM files, both or neither.</summary>
internal sealed record TlsConfig
{
    /// <summary>Certificate followed by its intermediate certificates.</summary>
    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public bool IsOn => CertificateFile is not null;
}
