using System.Security.Cryptography;
using System.Text;

namespace FleetExporter.Store;

/// <summary>
/// Says of a row of login sessions and tickets that this service wrote it. Who can write to the store, another exporter that shares it for example,
/// cannot make a session of a key of this service.
/// </summary>
/// <param name="secret">Known to this service alone: never in the store.</param>
internal sealed class AccessTokenSeal(byte[] secret)
{
    /// <returns>HMAC-SHA256 of what the row stands for, 64 hex digits.</returns>
    public string Of(AccessToken token, string instance)
    {
        string?[] fields = [instance, token.Hash, Cells.Of(token.Kind), token.KeyHash, token.Address, token.Route];
        var text = string.Concat(fields.Select(f => f is null ? "-" : $"{f.Length}:{f}"));
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
    }
}
