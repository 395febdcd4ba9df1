using System.Net;
using System.Net.Sockets;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

public sealed class HttpPollTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_has_status_body_and_the_duration_of_each_phase()
    {
        await using var server = new ScriptedServer();
        server.Answer("/a", 503, "zwölf\0").Answer("/b", 200, "two");
        using var http = new HttpPoll();

        var first = await http.GetAsync(new Uri($"http://localhost:{server.Port}/a"), 100, Stop);
        var second = await http.GetAsync(new Uri($"http://localhost:{server.Port}/b"), 100, Stop);

        Assert.Equal((503, "zwölf\0", 200, "two"), (first.Status, first.Body, second.Status, second.Body));
        Assert.All([first.Times.Resolve, first.Times.Connect, first.Times.FirstByte], t => Assert.True(t > TimeSpan.Zero));
        Assert.Equal((null, null, null), (second.Times.Resolve, second.Times.Connect, second.Times.Tls));
        Assert.Null(first.Times.Tls);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_request_has_user_agent_and_key_and_no_state_of_earlier_answers()
    {
        await using var server = new ScriptedServer();
        server.Answer("/a?b=c", 200, "", "Set-Cookie: a=b\r\n");
        using var http = new HttpPoll("secret");

        await http.GetAsync(server.Url("/a?b=c"), 10, Stop);
        await http.GetAsync(server.Url("/a?b=c"), 10, Stop);

        Assert.All(server.Requests, r =>
        {
            Assert.Matches("^FleetExporter/[0-9]+\\.[0-9]+", r.Headers["User-Agent"]);
            Assert.Equal("Bearer secret", r.Headers["Authorization"]);
            Assert.Equal(["Authorization", "Host", "User-Agent"], r.Headers.Keys.Order());
        });
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 X\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n", "redirect", "302 redirects to /a, which is not followed")]
    [InlineData(
        "HTTP/1.1 308 X\r\nLocation: http://x/\u001b[31m\r\nContent-Length: 0\r\n\r\n",
        "redirect", "308 redirects to http://x/ [31m, which is not followed")]
    [InlineData("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", "auth", "401 from /a: the key is missing or not accepted")]
    [InlineData("HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n", "auth", "403 from /a")]
    [InlineData("HTTP/1.1 200 X\r\nContent-Length: 4000000\r\n\r\n", "too_large", "the answer exceeds 1 KiB")]
    [InlineData("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{", "protocol", "")]
    [InlineData("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "protocol", "")]
    [InlineData("HTTP/1.1 200 X\r\nContent-", "protocol", "")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "protocol", "")]
    [InlineData("", "protocol", "")]
    public async Task A_bad_answer_has_its_reason(string answer, string reason, string message)
    {
        await using var server = new ScriptedServer();
        server.Raw("/a", answer, close: true);

        var failure = await FailsAsync(server.Url("/a"));

        Assert.Equal(reason, failure.Reason.ToString() is "TooLarge" ? "too_large" : failure.Reason.ToString().ToLowerInvariant());
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', failure.Message);
    }

    [Fact]
    public async Task Endless_headers_and_bodies_are_aborted_at_the_limit()
    {
        await using var server = new ScriptedServer();
        long sent = 0;
        server.Script("/body", async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync(new byte[10_000], stop);
                sent += 10_000;
            }
        });
        server.Script("/head", async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("A: 1234567890\r\n"u8.ToArray(), stop);
            }
        });

        Assert.Equal(TargetFailure.TooLarge, (await FailsAsync(server.Url("/body"))).Reason);
        Assert.Equal(TargetFailure.TooLarge, (await FailsAsync(server.Url("/head"))).Reason);
        Assert.InRange(sent, 1, 50_000_000);
    }

    [Fact]
    public async Task A_slow_body_is_aborted_at_the_callers_deadline()
    {
        await using var server = new ScriptedServer();
        server.Script("/", async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromMilliseconds(200));
        using var http = new HttpPoll();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.GetAsync(server.Url(), 1024, limit.Token));
    }

    [Fact]
    public async Task A_closed_port_and_an_unknown_name()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        Assert.Equal(TargetFailure.Refused, (await FailsAsync(new Uri($"http://127.0.0.1:{port}/"))).Reason);
        Assert.Equal(TargetFailure.Dns, (await FailsAsync(new Uri("http://no-such-host.invalid/"))).Reason);
    }

    [Theory]
    [InlineData(-10, 10, "127.0.0.1", "the certificate is not trusted: UntrustedRoot, issued by CN=127.0.0.1")]
    [InlineData(-20, -10, "127.0.0.1", "the certificate is valid from ")]
    [InlineData(10, 20, "127.0.0.1", "the certificate is valid from ")]
    [InlineData(-10, 10, "other.example", "the certificate was issued for another name: other.example")]
    public async Task An_untrusted_certificate_has_its_reason(int fromDays, int untilDays, string name, string message)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = ScriptedServer.Certificate(now.AddDays(fromDays), now.AddDays(untilDays), name);
        await using var server = new ScriptedServer(certificate);
        server.Answer("/", 200, "");

        var failure = await FailsAsync(server.Url());

        Assert.Equal(TargetFailure.Tls, failure.Reason);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Https_to_an_http_server_is_tls()
    {
        await using var server = new ScriptedServer();

        Assert.Equal(TargetFailure.Tls, (await FailsAsync(new Uri($"https://{server.Authority}/"))).Reason);
    }

    [Fact]
    public async Task Invalid_UTF_8_is_replaced()
    {
        await using var server = new ScriptedServer();
        server.Script("/", (stream, stop) =>
            stream.WriteAsync((byte[])[.. "HTTP/1.1 200 X\r\nContent-Length: 3\r\n\r\na"u8, 0xff, (byte)'b'], stop).AsTask());
        using var http = new HttpPoll();

        Assert.Equal("a\ufffdb", (await http.GetAsync(server.Url(), 1024, Stop)).Body);
    }

    private static async Task<TargetFailureException> FailsAsync(Uri url)
    {
        using var http = new HttpPoll();
        return await Assert.ThrowsAsync<TargetFailureException>(() => http.GetAsync(url, 1024, Stop));
    }
}
