using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FleetExporter.Onboarding.Keys;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Tests.Config;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Logging in to a gateway as a device, which gateways on other hosts want.</summary>
public sealed class GatewayDeviceTests
{
    private const string Pairing =
        """{"type":"res","id":"ID","ok":false,"error":{"code":"NOT_PAIRED","message":"pairing required","details":"""
        + """{"code":"PAIRING_REQUIRED","reason":"not-paired","requestId":"REQUEST"}}}""";

    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public async Task The_login_is_signed_as_the_gateway_checks_it()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var connection = await GatewayConnection.OpenAsync(
            gateway.Url, new GatewayLogin(FakeGateway.Token, Secret), TimeProvider.System, TestContext.Current.CancellationToken);

        var sent = JsonElement.Parse(gateway.Requests.First(r => r.Method == "connect").Parameters);
        Assert.Equal(["operator.read"], sent.Items("scopes").Select(s => s.GetString()));
        var device = sent.GetProperty("device");
        var publicKey = Base64Url.DecodeFromChars(device.Text("publicKey"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(publicKey)), device.Text("id"));
        Assert.Equal(("n", 1795231901546d), (device.Text("nonce"), device.Amount("signedAt")));
        var signed = Encoding.UTF8.GetBytes($"v3|{device.Text("id")}|gateway-client|backend|operator|operator.read|1795231901546|TOKEN|n|linux|");
        var verifier = new Ed25519Signer();
        verifier.Init(false, new Ed25519PublicKeyParameters(publicKey));
        verifier.BlockUpdate(signed, 0, signed.Length);
        Assert.True(verifier.VerifySignature(Base64Url.DecodeFromChars(device.Text("signature"))));
    }

    [Theory]
    [InlineData("url: 'ws://127.0.0.1:1'", false)]
    [InlineData("url: 'ws://[::1]:1'", false)]
    [InlineData("url: 'ws://localhost:1'", false)]
    [InlineData("url: 'ws://10.0.0.5:1'", true)]
    [InlineData("url: 'wss://gateway.lan'", true)]
    [InlineData("url: 'ws://127.0.0.1:1', device: true", true)]
    [InlineData("url: 'ws://10.0.0.5:1', device: false", false)]
    public void A_device_is_used_unless_the_gateway_is_on_loopback(string keys, bool expected) =>
        Assert.Equal(expected, ((GatewayConfig)GatewayConfig.TargetKind
            .TargetsOf(Yml.Load($"hosts: []\ngateways: [{{ name: claw, {keys} }}]")).Single()).HasDevice);

    [Theory]
    [InlineData("REQUEST", "openclaw devices approve REQUEST")]
    [InlineData("x; rm -rf /", "openclaw devices approve --latest")]
    [InlineData("$(reboot)", "openclaw devices approve --latest")]
    public async Task Without_approval_it_says_what_to_run_where(string request, string command)
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.LoginError = Pairing.Replace("REQUEST\"", request + "\"", StringComparison.Ordinal);

        var problem = await Assert.ThrowsAsync<TargetFailureException>(() => GatewayConnection.OpenAsync(
            gateway.Url, new GatewayLogin(FakeGateway.Token, Secret), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(TargetFailure.Auth, problem.Reason);
        Assert.StartsWith($"waiting for approval: run `{command}` on the gateway's host", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_wants_a_device_says_which_key_to_set()
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.LoginError =
            """{"type":"res","id":"ID","ok":false,"error":{"code":"NOT_PAIRED","message":"m","details":{"code":"DEVICE_IDENTITY_REQUIRED"}}}""";
        await using var watched = new PolledGateway(gateway.Url);

        var reading = await watched.PollAsync();

        Assert.Equal(TargetFailure.Auth, reading.Failure!.Reason);
        Assert.Contains("device: true", reading.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"nonce":"","ts":1795231901546}""")]
    [InlineData("""{"nonce":"n","ts":"soon"}""")]
    public async Task A_challenge_without_a_nonce_is_protocol(string challenge)
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.Challenge = $$"""{"type":"event","event":"connect.challenge","payload":{{challenge}}}""";

        var problem = await Assert.ThrowsAsync<TargetFailureException>(() => GatewayConnection.OpenAsync(
            gateway.Url, new GatewayLogin(FakeGateway.Token, Secret), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(TargetFailure.Protocol, problem.Reason);
    }

    [Fact]
    public void The_key_file_is_made_once_and_private()
    {
        using var folder = new TemporaryFolder();
        var key = DeviceKeyFile.In(folder.PathOf("data"));

        Assert.Equal(key.Read(), key.Read());
        var file = folder.PathOf($"data/{DeviceKeyFile.Name}");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.WriteAllText(file, "no key\n");
        var problem = Assert.Throws<TargetFailureException>(() => key.Read());
        Assert.Equal(TargetFailure.Auth, problem.Reason);
        Assert.DoesNotContain("no key", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(2, false)]
    [InlineData(5, false)]
    public async Task A_protocol_that_is_not_spoken_is_named(int protocol, bool isSpoken)
    {
        await using var gateway = await FakeGateway.StartAsync();
        gateway.LoginError = """{"type":"res","id":"ID","ok":true,"payload":{"type":"hello-ok","protocol":PROTOCOL,"snapshot":"""
            .Replace("PROTOCOL", $"{protocol}", StringComparison.Ordinal)
            + """{"updateAvailable":{"currentVersion":"2026.9.6","latestVersion":"2026.11.2","channel":"stable"}}}}""";
        var opening = GatewayConnection.OpenAsync(
            gateway.Url, new GatewayLogin(FakeGateway.Token, null), TimeProvider.System, TestContext.Current.CancellationToken);

        if (isSpoken)
        {
            await using var connection = await opening;
            Assert.Equal((protocol, "2026.11.2"), (connection.Hello.Protocol, connection.Hello.NewerVersion));
        }
        else
        {
            var problem = await Assert.ThrowsAsync<TargetFailureException>(() => opening);
            Assert.Equal($"the gateway speaks protocol {protocol}; this exporter speaks 3 to 4", problem.Message);
        }
    }
}
