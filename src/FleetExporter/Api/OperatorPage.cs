using Microsoft.AspNetCore.Builder;

namespace FleetExporter.Api;

/// <summary>
/// The operator's page: the files of <c>wwwroot</c>.
/// They are open to everybody and say nothing of the fleet; what the page shows comes from the API, with its scopes.
/// </summary>
internal static class OperatorPage
{
    /// <summary>
    /// Scripts and styles from here alone, no other host is asked, no markup is made from text, and no other site may show the page.
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
                // Asked for again each time, answered with 304: after an update no old script meets a new one.
                file.Context.Response.Headers.CacheControl = "no-cache";
                if (file.File.Name == "index.html")
                {
                    file.Context.Response.Headers.ContentSecurityPolicy = Policy;
                }
            },
        });
    }
}
