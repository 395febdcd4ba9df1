using System.Text.Json;

namespace FleetExporter.Cli.Backup;

/// <summary>The first file of a backup: what it contains.</summary>
internal sealed record BackupManifest
{
    public const string Name = "manifest.json";

    /// <summary>Format of the archive.</summary>
    public const int CurrentFormat = 1;

    private const int MaxLength = 16 << 20;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public required int Format { get; init; }

    /// <summary>Version of the exporter that made it.</summary>
    public required string Version { get; init; }

    /// <summary>Schema of the SQLite store; null if the backup has none.</summary>
    public int? SchemaVersion { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>In the order of the archive.</summary>
    public required IReadOnlyList<BackupFile> Files { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="BackupException">It is no manifest, or one of a later format.</exception>
    public static BackupManifest Read(Stream stream, long length)
    {
        try
        {
            if (length > MaxLength || JsonSerializer.Deserialize<BackupManifest>(stream, Json) is not { Files: not null, Version: not null } manifest)
            {
                throw new BackupException($"not a backup of FleetExporter: {Name} is invalid");
            }

            return manifest.Format == CurrentFormat ? manifest : throw new BackupException(
                $"the backup has format {manifest.Format}, and this version reads {CurrentFormat}; use the version of the exporter that made it");
        }
        catch (JsonException e)
        {
            throw new BackupException($"not a backup of FleetExporter: {Name} is invalid", e);
        }
    }
}

/// <summary>A file of a backup.</summary>
/// <param name="Path">In the archive, with slashes: <c>data/admin.key</c>.</param>
/// <param name="Mode">Unix permissions in octal, such as <c>600</c>.</param>
/// <param name="Sha256">In hex.</param>
internal sealed record BackupFile(string Path, long Size, string Mode, string Sha256);
