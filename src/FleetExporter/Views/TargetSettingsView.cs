using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.OpenClaw;
using FleetExporter.Targets.Providers;
using FleetExporter.Targets.Services;
using FleetExporter.Targets.Tunnels;

namespace FleetExporter.Views;

/// <summary>The keys of a target as fleet.yml has them, without its name and without those that have their default.</summary>
internal static class TargetSettingsView
{
    public static JsonObject Of(TargetConfig target)
    {
        var all = new JsonObject
        {
            ["host"] = target.Host == ThisMachine.Name ? null : target.Host,
            ["timeout"] = target.Timeout == TimeSpan.FromSeconds(5) ? null : Duration.Format(target.Timeout),
        };
        switch (target)
        {
            case ServiceConfig service:
                all["url"] = service.Url.OriginalString;
                break;
            case ProviderConfig provider:
                var view = ProviderConfigView.Of(provider);
                all["url"] = view.Url;
                all["kind"] = provider.Kind == ProviderKind.OpenAi ? null : view.Kind;
                all["key_file"] = view.KeyFile;
                break;
            case GatewayConfig gateway:
                all["url"] = gateway.Url.OriginalString;
                all["token_file"] = gateway.TokenFile;
                all["device"] = gateway.Device == Toggle.Auto ? null : gateway.Device == Toggle.True;
                all["channels"] = gateway.Channels.Count == 0 ? null : new JsonArray([.. gateway.Channels.Select(c => JsonValue.Create(c))]);
                break;
            case TunnelConfig tunnel:
                all["connect"] = tunnel.Connect.ToString();
                all["verify"] = tunnel.Verify switch
                {
                    TunnelCheck.Http http => new JsonObject { ["http"] = http.Url.OriginalString },
                    TunnelCheck.Banner => "banner",
                    _ => null,
                };
                break;
        }

        all["unit"] = target.Unit?.ToString();
        foreach (var key in all.Where(e => e.Value is null).Select(e => e.Key).ToList())
        {
            all.Remove(key);
        }

        return all;
    }
}
