using FleetExporter.Control;

namespace FleetExporter.Tests.Control;

public sealed class ConfirmationTokensTests
{
    private static readonly SessionTarget Session = new("box", "ann", true, "$3", DateTimeOffset.UnixEpoch, ["%1"]);

    private readonly FakeClock _clock = new();
    private readonly ConfirmationTokens _tokens;

    public ConfirmationTokensTests() => _tokens = new ConfirmationTokens(_clock);

    [Fact]
    public void A_token_works_once()
    {
        var (token, expires) = _tokens.New("ops", Session, force: false);

        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(60), expires);
        Assert.Equal(Session, Take(token));
        Assert.Null(Take(token));
    }

    [Theory]
    [InlineData("other", "box", "ann", "$3", false)]
    [InlineData("ops", "other", "ann", "$3", false)]
    [InlineData("ops", "box", "bob", "$3", false)]
    [InlineData("ops", "box", "ann", "$30", false)]
    [InlineData("ops", "box", "ann", "$3", true)]
    public void It_works_for_nothing_else_and_is_gone_after_the_attempt(string caller, string host, string user, string session, bool force)
    {
        var (token, _) = _tokens.New("ops", Session, force: false);

        Assert.Null(_tokens.Take(token, caller, host, user, session, force));
        Assert.Null(Take(token));
    }

    [Fact]
    public void It_works_for_a_minute()
    {
        var (token, _) = _tokens.New("ops", Session, force: false);
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Null(Take(token));
    }

    [Fact]
    public void What_nobody_takes_does_not_pile_up()
    {
        var first = _tokens.New("ops", Session, force: false).Token;
        var last = Enumerable.Range(0, 1000).Select(_ => _tokens.New("ops", Session, force: false).Token).ToList()[^1];

        Assert.Null(Take(first));
        Assert.NotNull(Take(last));
    }

    [Fact]
    public void A_wrong_token_is_no_token() => Assert.Null(Take("0000"));

    private SessionTarget? Take(string token) => _tokens.Take(token, "ops", "box", "ann", "$3", force: false);
}
