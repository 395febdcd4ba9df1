namespace FleetExporter.Tests.Bundle;

/// <summary>The manual page has every command and option; UPDATE_EXPECTED=1 writes it.</summary>
public sealed class ManPageTests
{
    private static readonly string Page = Repository.PathOf("packaging", "fleet-exporter.1");

    [Fact]
    public void The_manual_page_is_that_of_the_command_line()
    {
        var rendered = ManPage.Render();
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") == "1")
        {
            System.IO.File.WriteAllText(Page, rendered);
        }

        Assert.Equal(rendered, System.IO.File.ReadAllText(Page));
    }
}
