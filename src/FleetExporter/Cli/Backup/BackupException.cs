namespace FleetExporter.Cli.Backup;

/// <summary>Why a backup or its restore is refused, in words for the administrator.</summary>
internal sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
