namespace FleetExporter.Remote;

/// <summary>An HTTP answer of any status.</summary>
/// <param name="Body">The body decoded as UTF-8; invalid bytes become U+FFFD.</param>
internal sealed record HttpAnswer(int Status, string Body, HttpTimes Times);

/// <summary>Duration of each phase of one request.</summary>
/// <param name="Resolve">Name resolution; null for an IP address and on a reused connection.</param>
/// <param name="Connect">The TCP handshake; null on a reused connection.</param>
/// <param name="Tls">The TLS handshake; null without TLS and on a reused connection.</param>
/// <param name="FirstByte">From sending the request to the response headers.</param>
/// <param name="Transfer">From the response headers to the end of the body.</param>
internal sealed record HttpTimes(TimeSpan? Resolve, TimeSpan? Connect, TimeSpan? Tls, TimeSpan FirstByte, TimeSpan Transfer)
{
    public TimeSpan Total => (Resolve ?? default) + (Connect ?? default) + (Tls ?? default) + FirstByte + Transfer;

    /// <summary>Label value and duration of each phase.</summary>
    public IEnumerable<(string Phase, TimeSpan? Time)> Phases =>
        [("resolve", Resolve), ("connect", Connect), ("tls", Tls), ("first_byte", FirstByte), ("transfer", Transfer)];
}
