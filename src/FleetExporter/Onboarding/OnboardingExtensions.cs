using FleetExporter.Config;
using FleetExporter.Onboarding.Keys;
using FleetExporter.Onboarding.Probing;

namespace FleetExporter.Onboarding;

/// <summary>Registers what adding hosts through the API needs.</summary>
internal static class OnboardingExtensions
{
    public static IServiceCollection AddOnboarding(this IServiceCollection services) => services
        .AddSingleton<SshKeys>()
        .AddSingleton(s => DeviceKeyFile.In(s.GetRequiredService<LiveConfig>().Current.DataDir))
        .AddSingleton<ProbeSlots>();
}
