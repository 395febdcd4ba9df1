namespace FleetExporter.Remote;

/// <summary>Reads the shell scripts of this folder, which are embedded resources.</summary>
internal static class EmbeddedScript
{
    public static string Read(string file)
    {
        using var reader = new StreamReader(typeof(EmbeddedScript).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd();
    }
}
