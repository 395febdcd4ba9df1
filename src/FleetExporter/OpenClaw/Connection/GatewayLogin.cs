using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>Logs in to a gateway, with the scope <c>operator.read</c> only.</summary>
/// <param name="Token">Null sends none.</param>
/// <param name="DeviceSecret">
/// Ed25519 secret that signs the login as a device; null logs in without a device, which gateways allow on loopback.
/// </param>
internal sealed record GatewayLogin(string? Token, byte[]? DeviceSecret)
{
    private const string Scope = "operator.read";
    private const string Role = "operator";
    private const string ClientId = "gateway-client";
    private const string Mode = "backend";
    private const string Platform = "linux";

    private static readonly string[] Scopes = [Scope];

    /// <summary>The device's id, by which a gateway lists it; null without a device.</summary>
    public string? DeviceId => DeviceSecret is null ? null
        : Convert.ToHexStringLower(SHA256.HashData(new Ed25519PrivateKeyParameters(DeviceSecret).GeneratePublicKey().GetEncoded()));

    /// <summary>The request <c>connect</c>.</summary>
    /// <param name="challenge">Payload of the gateway's <c>connect.challenge</c>.</param>
    /// <exception cref="TargetFailureException">The challenge has nothing to sign.</exception>
    public byte[] Request(JsonElement challenge) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = "req",
        id = "connect",
        method = "connect",
        @params = Params(challenge),
    });

    private Dictionary<string, object> Params(JsonElement challenge)
    {
        var given = new Dictionary<string, object>
        {
            ["minProtocol"] = GatewayHello.MinProtocol,
            ["maxProtocol"] = GatewayHello.MaxProtocol,
            ["client"] = new { id = ClientId, displayName = "FleetExporter", version = "1", platform = Platform, mode = Mode },
            ["role"] = Role,
            ["scopes"] = Scopes,
            ["auth"] = Token is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["token"] = Token },
        };
        if (DeviceSecret is not null)
        {
            given["device"] = Device(challenge, new Ed25519PrivateKeyParameters(DeviceSecret));
        }

        return given;
    }

    /// <summary>Signs what the gateway checks: device, client, role, scopes, time, token, nonce and platform.</summary>
    private object Device(JsonElement challenge, Ed25519PrivateKeyParameters secret)
    {
        if (challenge.Text("nonce") is not { Length: > 0 and <= 256 } nonce || challenge.Amount("ts") is not { } time)
        {
            throw new TargetFailureException(TargetFailure.Protocol, "the gateway's challenge has no nonce or no time to sign");
        }

        var signedAt = (long)time;
        var id = DeviceId!;
        var text = string.Create(
            CultureInfo.InvariantCulture, $"v3|{id}|{ClientId}|{Mode}|{Role}|{Scope}|{signedAt}|{Token}|{nonce}|{Platform}|");
        var signer = new Ed25519Signer();
        signer.Init(true, secret);
        var bytes = Encoding.UTF8.GetBytes(text);
        signer.BlockUpdate(bytes, 0, bytes.Length);
        return new
        {
            id,
            publicKey = Base64Url.EncodeToString(secret.GeneratePublicKey().GetEncoded()),
            signature = Base64Url.EncodeToString(signer.GenerateSignature()),
            signedAt,
            nonce,
        };
    }
}
