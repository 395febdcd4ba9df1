using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>How a visit opens the page.</summary>
/// <param name="Hash">The view and its argument, such as <c>hosts/box</c>.</param>
/// <param name="Key">Logs in before the page is opened.</param>
/// <param name="Width">CSS pixels; a phone, with a touch screen, up to 500.</param>
/// <param name="Light">Whether the system prefers light colours.</param>
/// <param name="Prepare">Called with the empty page before it is opened, for example to add routes.</param>
internal sealed record VisitOptions(
    string Hash = "", string? Key = null, int Width = 1400, string? Theme = null, bool Light = false, Func<IPage, Task>? Prepare = null)
{
    public bool IsPhone => Width <= 500;
}

/// <summary>
/// A page in its own browser context. It records errors: console errors, violations of the content security policy, requests to other origins.
/// </summary>
internal sealed partial class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _origin;
    private readonly ConcurrentQueue<string> _otherErrors = new();
    private readonly ConcurrentQueue<(string Text, string Location)> _consoleErrors = new();
    private readonly ConcurrentBag<(string Path, int Status)> _expectedStatuses = [];
    private bool _allowsConnectionLoss;

    private Visit(IBrowserContext context, Uri origin)
    {
        _context = context;
        _origin = origin;
        // The first request of a kill answers 428, and /api/alerts answers 503 without an Alertmanager.
        ExpectStatus("/kill", 428);
        ExpectStatus("/api/alerts", 503);
    }

    public IPage Page { get; private set; } = null!;

    public IReadOnlyCollection<string> Errors =>
        [.. _otherErrors, .. _consoleErrors.Where(e => !IsExpected(e.Text, e.Location)).Select(e => $"console: {e.Text} ({e.Location})")];

    public static async Task<Visit> OpenAsync(IBrowser browser, Uri origin, VisitOptions options)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = origin.AbsoluteUri,
            ViewportSize = new() { Width = options.Width, Height = options.IsPhone ? 740 : 900 },
            HasTouch = options.IsPhone,
            IsMobile = options.IsPhone,
            ReducedMotion = ReducedMotion.Reduce,
            ColorScheme = options.Light ? ColorScheme.Light : ColorScheme.Dark,
        });
        context.SetDefaultTimeout(15_000);
        var visit = new Visit(context, origin);
        if (options.Key is { } key)
        {
            var answer = await context.APIRequest.PostAsync("/api/login", new() { DataObject = new { key } });
            Assert.Equal(204, answer.Status);
        }

        if (options.Theme is { } theme)
        {
            await context.AddInitScriptAsync($"localStorage.setItem('fleet-theme', '{theme}')");
        }

        visit.Page = await context.NewPageAsync();
        visit.RecordErrors();
        await (options.Prepare?.Invoke(visit.Page) ?? Task.CompletedTask);
        await visit.GoAsync(options.Hash);
        return visit;
    }

    /// <summary>Opens the page, or another view.</summary>
    public async Task GoAsync(string hash)
    {
        await Page.GotoAsync($"/#{hash}");
        await Expect(Page.GetByTestId("main")).ToBeVisibleAsync();
    }

    /// <summary>Console errors about this response status are expected.</summary>
    public void ExpectStatus(string path, int status) => _expectedStatuses.Add((path, status));

    /// <summary>The service stops during this visit, so failed connections are expected.</summary>
    public void AllowConnectionLoss() => _allowsConnectionLoss = true;

    public ILocator Find(string testId) => Page.GetByTestId(testId);

    /// <summary>The visible elements with a test id.</summary>
    public ILocator Visible(string testId) => Find(testId).Filter(new() { Visible = true });

    public ILocator Host(string name) => ByAttribute("host", "data-host", name);

    /// <param name="id">As in the API: <c>host:name</c>.</param>
    public ILocator TmuxSession(string id) => ByAttribute("session", "data-session", id);

    /// <summary>A host in the list from which a command's hosts are selected.</summary>
    public ILocator HostOption(string host) => ByAttribute("exec-host", "data-host", host);

    /// <summary>The latest command on a host.</summary>
    public ILocator CommandRun(string host) => ByAttribute("exec-run", "data-host", host).First;

    /// <summary>Fails if the page is wider than the window.</summary>
    public async Task AssertNoHorizontalOverflowAsync()
    {
        var found = await Page.EvaluateAsync<string>(
            """
            () => {
              const [wide, of] = [document.scrollingElement.scrollWidth, document.documentElement.clientWidth];
              const clipped = e => e && e !== document.body && (getComputedStyle(e).overflowX !== 'visible' || clipped(e.parentElement));
              if (wide <= of) return '';
              const wider = [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > of + 1 && !clipped(e.parentElement));
              return `${wide} of ${of} pixels: ${wider.slice(-4).map(e => e.outerHTML.slice(0, 200)).join(' | ')}`;
            }
            """);
        Assert.True(found.Length == 0, $"{Page.Url}: {found}");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
    }

    private ILocator ByAttribute(string testId, string attribute, string value)
    {
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return Page.Locator($"[data-testid='{testId}']:visible[{attribute}=\"{escaped}\"]");
    }

    private void RecordErrors()
    {
        Page.PageError += (_, error) => _otherErrors.Enqueue($"script: {error}");
        Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _consoleErrors.Enqueue((message.Text, message.Location));
            }
        };
        Page.Dialog += (_, dialog) =>
        {
            // While a command runs, the page asks for confirmation before it closes.
            if (dialog.Type != "beforeunload")
            {
                _otherErrors.Enqueue($"dialog: {dialog.Message}");
            }

            _ = dialog.AcceptAsync();
        };
        _context.Request += (_, request) => RecordForeignRequest(request.Url);
        Page.WebSocket += (_, socket) => RecordForeignRequest(socket.Url);
        Page.Download += (_, download) => _otherErrors.Enqueue($"download: {download.Url}");
        _context.Page += (_, page) => _otherErrors.Enqueue($"another page: {page.Url}");
    }

    private void RecordForeignRequest(string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var to) && to.Scheme is not ("data" or "about" or "blob") && to.Authority != _origin.Authority)
        {
            _otherErrors.Enqueue($"request: {url}");
        }
    }

    private bool IsExpected(string text, string location)
    {
        if (_allowsConnectionLoss && ConnectionError().IsMatch(text))
        {
            return true;
        }

        var status = HttpStatus().Match(text);
        if (text.Contains("HTTP Authentication failed", StringComparison.Ordinal))
        {
            return _expectedStatuses.Contains(("/ws", 401));
        }

        return status.Success && _expectedStatuses.Any(expected =>
            expected.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) == status.Groups[1].Value
            && (location + text).Contains(expected.Path, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"net::ERR_|WebSocket connection to 'ws://127\.0\.0\.1:\d+/ws' failed")]
    private static partial Regex ConnectionError();

    [GeneratedRegex(@"(?:responded with a status of|Unexpected response code:) (\d+)")]
    private static partial Regex HttpStatus();
}
