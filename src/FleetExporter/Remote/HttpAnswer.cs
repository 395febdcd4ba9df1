namespace FleetExporter.Remote;

/// <summary>What a server answered, whatever its status.</summary>
/// <param name="Body">The whole body as UTF-8; bytes that are not become U+FFFD.</param>
internal sealed record HttpAnswer(int Status, string Body, HttpTimes Times);

/// <summary>Where the time of one request went.</summary>
/// <param name="Resolve">Finding the address; null for an address given as such, and on a connection that was there.</param>
/// <param name="Connect">The TCP handshake; null on a connection that was there.</param>
/// <param name="Tls">The TLS handshake; null without TLS and on a connection that was there.</param>
/// <param name="FirstByte">From the request to the head of the answer.</param>
/// <param name="Transfer">From the head to the end of the body.</param>
internal sealed record HttpTimes(TimeSpan? Resolve, TimeSpan? Connect, TimeSpan? Tls, TimeSpan FirstByte, TimeSpan Transfer)
{
    public TimeSpan Total => (Resolve ?? default) + (Connect ?? default) + (Tls ?? default) + FirstByte + Transfer;

    /// <summary>Label value and time of each.</summary>
    public IEnumerable<(string Phase, TimeSpan? Time)> Phases =>
        [("resolve", Resolve), ("connect", Connect), ("tls", Tls), ("first_byte", FirstByte), ("transfer", Transfer)];
}
