namespace FleetExporter.Remote;

/// <summary>The shell programs that stand as files beside this one.</summary>
internal static class EmbeddedScript
{
    public static string Read(string file)
    {
        using var reader = new StreamReader(typeof(EmbeddedScript).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd();
    }
}
