using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Access;

/// <summary>Registers keys, login links, login sessions and stream tickets.</summary>
internal static class AccessExtensions
{
    /// <exception cref="IOException">The admin key cannot be read or created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">The file of the admin key is invalid.</exception>
    public static IServiceCollection AddAccess(this IServiceCollection services, FleetConfig config)
    {
        var admin = AdminKey.Open(config.DataDir);
        return services
            .AddSingleton(admin)
            .AddSingleton<KeyRing>()
            .AddSingleton<FailedAttempts>()
            .AddSingleton(s => new LoginLinks(config.DataDir, s.GetRequiredService<TimeProvider>()))
            .AddSingleton<LoginSessions>()
            .AddSingleton<Tickets>()
            .AddSingleton(new AccessTokenSeal(admin.SealingSecret))
            .AddSingleton<AccessTokensSync>()
            .AddHostedService(s => s.GetRequiredService<AccessTokensSync>());
    }
}
