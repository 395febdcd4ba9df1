using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api;

/// <summary>
/// The web interface: the files of <c>wwwroot</c>, which are embedded in the executable.
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

    private static readonly string[] Folders = ["/core", "/css", "/views", "/widgets"];

    private static readonly string[] Files = ["/", "/index.html", "/main.js", "/icon.svg"];

    /// <summary>Serves the page, compressed better than answers of the API are: its files are sent once and revalidated afterwards.</summary>
    public static void UseOperatorPage(this IApplicationBuilder app) => app.UseWhen(
        context => Files.Contains(context.Request.Path.Value)
            || Folders.Any(folder => context.Request.Path.StartsWithSegments(folder, StringComparison.Ordinal)),
        page =>
        {
            page.UseMiddleware<ResponseCompressionMiddleware>(Compression(page.ApplicationServices));
            var files = new ScriptFiles(new ManifestEmbeddedFileProvider(typeof(OperatorPage).Assembly, "wwwroot"));
            page.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
            page.UseStaticFiles(new StaticFileOptions
            {
                FileProvider = files,
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
        });

    private static ResponseCompressionProvider Compression(IServiceProvider services)
    {
        var options = new ResponseCompressionOptions
        {
            EnableForHttps = true,
            MimeTypes = ["text/html", "text/css", "text/javascript", "image/svg+xml"],
        };
        var best = new GzipCompressionProviderOptions { Level = CompressionLevel.SmallestSize };
        options.Providers.Add(new GzipCompressionProvider(Options.Create(best)));
        return new ResponseCompressionProvider(services, Options.Create(options));
    }
}
