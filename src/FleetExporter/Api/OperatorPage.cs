namespace FleetExporter.Api;

/// <summary>
/// The web interface: the files of <c>wwwroot</c>.
/// They need no key and contain no data of the fleet; the page loads its data from the API, which checks scopes.
/// </summary>
internal static class OperatorPage
{
    /// <summary>
    /// Scripts, styles and connections only of this service, no markup from text, and no embedding by other sites.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    public static void UseOperatorPage(this IApplicationBuilder app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = file =>
            {
                // Revalidated each time, mostly with 304, so that old and new scripts never mix after an update.
                file.Context.Response.Headers.CacheControl = "no-cache";
                if (file.File.Name == "index.html")
                {
                    file.Context.Response.Headers.ContentSecurityPolicy = Policy;
                }
            },
        });
    }
}
