using System.Security.Cryptography;
using System.Text;

namespace FleetExporter.Store;

/// <summary>
/// Authenticates rows of login sessions and tickets. Anyone who can write to the store, such as another exporter that shares it, cannot forge
/// sessions for keys of this exporter.
/// </summary>
/// <param name="secret">Known to this exporter only; never stored in the database.</param>
internal sealed class AccessTokenSeal(byte[] secret)
{
    /// <returns>HMAC-SHA256 of the row, 64 hex digits.</returns>
    public string Of(AccessToken token, string instance)
    {
        string?[] fields = [instance, token.Hash, Cells.Of(token.Kind), token.KeyHash, token.Address, token.Route];
        var text = string.Concat(fields.Select(f => f is null ? "-" : $"{f.Length}:{f}"));
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
    }
}
