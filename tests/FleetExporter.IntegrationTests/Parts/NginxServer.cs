namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A real nginx that terminates TLS, configured as in docs/operations.md; it connects from its own address.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    /// <summary>Where its connections to the service come from.</summary>
    public const string Address = "127.0.0.9";

    private readonly Child _process;

    private NginxServer(Child process, int port)
    {
        _process = process;
        Url = $"https://127.0.0.1:{port}";
    }

    /// <summary>Its own address, for any client of 127.0.0.0/8.</summary>
    public string Url { get; }

    public string Log => _process.Output;

    /// <param name="certificate">PEM files of the certificate and its key.</param>
    public static async Task<NginxServer> StartAsync(TestFolder folder, Uri service, (string File, string Key) certificate)
    {
        var port = Ports.Free();
        folder.Make("nginx");
        var config = folder.Write("nginx.conf", $$"""
            daemon off;
            worker_processes 1;
            pid {{folder.PathOf("nginx", "nginx.pid")}};
            error_log stderr;
            events {}
            http {
              access_log off;
              client_body_temp_path {{folder.PathOf("nginx", "body")}};
              proxy_temp_path {{folder.PathOf("nginx", "proxy")}};
              server {
                listen 127.0.0.1:{{port}} ssl;
                ssl_certificate {{certificate.File}};
                ssl_certificate_key {{certificate.Key}};
                location / {
                  proxy_pass {{service.GetLeftPart(UriPartial.Authority)}};
                  proxy_bind {{Address}};
                  proxy_http_version 1.1;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $http_connection;
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_set_header X-Forwarded-Host $http_host;
                  proxy_buffering off;
                }
              }
            }

            """);
        var server = new NginxServer(Child.Start("nginx", ["-p", folder.PathOf("nginx"), "-e", "stderr", "-c", config], folder.Path), port);
        try
        {
            await Until.SeenAsync(
                async () =>
                {
                    Assert.False(server._process.HasExited, server.Log);
                    using var tcp = new System.Net.Sockets.TcpClient();
                    try
                    {
                        await tcp.ConnectAsync(System.Net.IPAddress.Loopback, port);
                        return server;
                    }
                    catch (System.Net.Sockets.SocketException)
                    {
                        return null;
                    }
                },
                "nginx listens",
                () => server.Log);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
