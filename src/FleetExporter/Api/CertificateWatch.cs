using FleetExporter.Config;

namespace FleetExporter.Api;

/// <summary>Loads a renewed certificate when one of its files changes. While only one of the two is renewed, the previous one stays.</summary>
internal sealed partial class CertificateWatch(ServerCertificate certificate, TimeProvider clock, ILogger<CertificateWatch> logger)
    : IHostedService, IDisposable
{
    private IReadOnlyList<ConfigWatcher> _watchers = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watchers = [.. certificate.Files.Select(file => new ConfigWatcher(file, Reload, clock))];

        // It may have been renewed since start-up read it.
        Reload();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Dispose();
        }
    }

    private void Reload()
    {
        try
        {
            if (certificate.Reload())
            {
                LogRenewed(certificate.CertificateFile, certificate.Expires);
            }
        }
        catch (Exception failure)
        {
            LogKept(failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Certificate reloaded from {File}; it expires at {Expires:u}")]
    private partial void LogRenewed(string file, DateTimeOffset expires);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reloading the certificate failed; the previous one stays active: {Problem}")]
    private partial void LogKept(string problem);
}
