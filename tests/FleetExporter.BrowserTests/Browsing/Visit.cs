using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>How the page is looked at.</summary>
/// <param name="Hash">The view and what it shows, as <c>hosts/box</c>.</param>
/// <param name="Key">Logs in before the page is opened.</param>
/// <param name="Width">CSS pixels; a phone, with a touch screen, up to 500.</param>
/// <param name="Prepare">What is done with the empty page before it is opened.</param>
internal sealed record Look(string Hash = "", string? Key = null, int Width = 1400, string? Theme = null, Func<IPage, Task>? Prepare = null)
{
    public bool IsPhone => Width <= 500;
}

/// <summary>
/// One page in a browser context of its own, and all that goes wrong on it: errors on the console, broken policy, requests to others.
/// </summary>
internal sealed partial class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _origin;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<(string Text, string Location)> _errors = new();
    private readonly ConcurrentBag<(string Path, int Status)> _refusals = [];
    private bool _mayLose;

    private Visit(IBrowserContext context, Uri origin)
    {
        _context = context;
        _origin = origin;
        // A kill is answered with its confirmation, and a service without an Alertmanager says so.
        Refuses("/kill", 428);
        Refuses("/api/alerts", 503);
    }

    public IPage Page { get; private set; } = null!;

    public IReadOnlyCollection<string> Faults =>
        [.. _faults, .. _errors.Where(e => !IsKnown(e.Text, e.Location)).Select(e => $"console: {e.Text} ({e.Location})")];

    public static async Task<Visit> OpenAsync(IBrowser browser, Uri origin, Look look)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = origin.AbsoluteUri,
            ViewportSize = new() { Width = look.Width, Height = look.IsPhone ? 740 : 900 },
            HasTouch = look.IsPhone,
            IsMobile = look.IsPhone,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(15_000);
        var visit = new Visit(context, origin);
        if (look.Key is { } key)
        {
            var answer = await context.APIRequest.PostAsync("/api/login", new() { DataObject = new { key } });
            Assert.Equal(204, answer.Status);
        }

        if (look.Theme is { } theme)
        {
            await context.AddInitScriptAsync($"localStorage.setItem('fleet-theme', '{theme}')");
        }

        visit.Page = await context.NewPageAsync();
        visit.Watch();
        await (look.Prepare?.Invoke(visit.Page) ?? Task.CompletedTask);
        await visit.GoAsync(look.Hash);
        return visit;
    }

    /// <summary>Opens the page, or another view of it.</summary>
    public async Task GoAsync(string hash)
    {
        await Page.GotoAsync($"/#{hash}");
        await Expect(Page.GetByTestId("main")).ToBeVisibleAsync();
    }

    /// <summary>The console's line about this answer is no fault.</summary>
    public void Refuses(string path, int status) => _refusals.Add((path, status));

    /// <summary>The service goes away during this visit: failed connections are no faults.</summary>
    public void MayLose() => _mayLose = true;

    public ILocator Find(string testId) => Page.GetByTestId(testId);

    /// <summary>Those of them that are seen.</summary>
    public ILocator Seen(string testId) => Find(testId).Filter(new() { Visible = true });

    public ILocator Host(string name) => Marked("host", "data-host", name);

    /// <param name="id">As in the API: <c>host:name</c>.</param>
    public ILocator Session(string id) => Marked("session", "data-session", id);

    /// <summary>A host that may be chosen for a command.</summary>
    public ILocator Option(string host) => Marked("exec-host", "data-host", host);

    /// <summary>The latest command on a host.</summary>
    public ILocator Run(string host) => Marked("exec-run", "data-host", host).First;

    /// <summary>Nothing sticks out to the side.</summary>
    public async Task FitsAsync()
    {
        var found = await Page.EvaluateAsync<string>(
            """
            () => {
              const [wide, of] = [document.scrollingElement.scrollWidth, document.documentElement.clientWidth];
              const clipped = e => e && e !== document.body && (getComputedStyle(e).overflowX !== 'visible' || clipped(e.parentElement));
              return wide <= of ? '' : `${wide} of ${of} pixels: ` + [...document.querySelectorAll('body *')]
            """
            + """
            .filter(e => e.getBoundingClientRect().right > of + 1 && !clipped(e.parentElement)).slice(-4)
            """
            + """
            .map(e => e.outerHTML.slice(0, 200)).join(' | ');
            }
            """);
        Assert.True(found.Length == 0, $"{Page.Url}: {found}");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
    }

    private ILocator Marked(string testId, string attribute, string value) =>
        Page.Locator($"[data-testid='{testId}']:visible"
            + $"[{attribute}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]");

    private void Watch()
    {
        Page.PageError += (_, error) => _faults.Enqueue($"script: {error}");
        Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Enqueue((message.Text, message.Location));
            }
        };
        Page.Dialog += (_, dialog) =>
        {
            // A page on which a command runs asks whether it may be left.
            if (dialog.Type != "beforeunload")
            {
                _faults.Enqueue($"dialog: {dialog.Message}");
            }

            _ = dialog.AcceptAsync();
        };
        _context.Request += (_, request) => Guard(request.Url);
        Page.WebSocket += (_, socket) => Guard(socket.Url);
        Page.Download += (_, download) => _faults.Enqueue($"download: {download.Url}");
        _context.Page += (_, page) => _faults.Enqueue($"another page: {page.Url}");
    }

    private void Guard(string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var to) && to.Scheme is not ("data" or "about" or "blob") && to.Authority != _origin.Authority)
        {
            _faults.Enqueue($"request: {url}");
        }
    }

    private bool IsKnown(string text, string location)
    {
        if (_mayLose && Lost().IsMatch(text))
        {
            return true;
        }

        var status = Refused().Match(text);
        if (text.Contains("HTTP Authentication failed", StringComparison.Ordinal))
        {
            return _refusals.Contains(("/ws", 401));
        }

        return status.Success && _refusals.Any(r => r.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) == status.Groups[1].Value
            && (location + text).Contains(r.Path, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"net::ERR_|WebSocket connection to 'ws://127\.0\.0\.1:\d+/ws' failed")]
    private static partial Regex Lost();

    [GeneratedRegex(@"(?:responded with a status of|Unexpected response code:) (\d+)")]
    private static partial Regex Refused();
}
