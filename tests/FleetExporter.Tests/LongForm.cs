namespace FleetExporter.Tests;

/// <summary>How often a test repeats what it does: <c>FLEET_TEST_LONG=1</c> chooses the long form, which takes minutes.</summary>
internal static class LongForm
{
    public static int Count(int usual, int @long) => Environment.GetEnvironmentVariable("FLEET_TEST_LONG") == "1" ? @long : usual;
}
