using System.Runtime.CompilerServices;
using System.Text;

namespace FleetExporter.Tests;

/// <summary>Outcomes pinned byte for byte under expected/. <c>UPDATE_EXPECTED=1</c> rewrites them in the source; the diff is the review.</summary>
public static class Expected
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void Matches(string file, string actual)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") == "1")
        {
            var source = Path.Combine(SourceFolder(), "expected", file);
            Directory.CreateDirectory(Path.GetDirectoryName(source)!);
            File.WriteAllText(source, actual, Utf8);
            return;
        }

        var pinned = Path.Combine(AppContext.BaseDirectory, "expected", file);
        Assert.True(File.Exists(pinned), $"expected/{file} is missing: run with UPDATE_EXPECTED=1 and review the diff");
        Assert.Equal(File.ReadAllText(pinned, Utf8), actual);
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
