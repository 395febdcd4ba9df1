using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Api;

/// <summary>docs/api.md lists all routes of the service and no other.</summary>
public sealed partial class ApiDocumentationTests
{
    [Fact]
    public async Task Every_route_is_documented_and_no_other()
    {
        await using var server = await ApiServer.StartAsync();
        var documented = Request().Matches(await File.ReadAllTextAsync(Repository.PathOf("docs", "api.md"), TestContext.Current.CancellationToken))
            .Select(m => m.Groups[1].Value);

        Assert.Equal(server.Routes.Order(StringComparer.Ordinal), documented.Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("`((?:GET|HEAD|POST|PUT|PATCH|DELETE) /[^`? ]*)")]
    private static partial Regex Request();
}
