namespace FleetExporter.Config;

/// <summary>The service's certificate. Both files or none; absolute paths of PEM files.</summary>
internal sealed record TlsConfig
{
    /// <summary>The certificate, with those between it and its root after it.</summary>
    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public bool IsOn => CertificateFile is not null;
}
