using System.Globalization;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets.Providers;

/// <summary>The metric families that only llama.cpp servers have.</summary>
internal static class LlamaCppFamilies
{
    public static readonly MetricFamily ModelLoaded = MetricFamily.Gauge(
        "fleet_llamacpp_model_loaded",
        "1 while the model is in memory, 0 while it is loading, sleeping or unloaded, from /v1/models, /health and /props.",
        "host", "provider", "model");

    public static readonly MetricFamily Slots = MetricFamily.Gauge(
        "fleet_llamacpp_slots", "Request slots by state (idle or busy), from /slots, else from /props and /metrics.",
        "host", "provider", "state");

    public static readonly MetricFamily Deferred = MetricFamily.Gauge(
        "fleet_llamacpp_requests_deferred", "Requests waiting for a slot, from /metrics.", "host", "provider");

    public static readonly MetricFamily PromptTokens = MetricFamily.Counter(
        "fleet_llamacpp_prompt_tokens_total", "Prompt tokens processed since the server started, from /metrics.", "host", "provider", "model");

    public static readonly MetricFamily GeneratedTokens = MetricFamily.Counter(
        "fleet_llamacpp_generated_tokens_total", "Tokens generated since the server started, from /metrics.", "host", "provider", "model");

    public static readonly MetricFamily PromptRate = MetricFamily.Gauge(
        "fleet_llamacpp_prompt_tokens_per_second", "The server's own average of prompt tokens processed per second, from /metrics.",
        "host", "provider", "model");

    public static readonly MetricFamily GeneratedRate = MetricFamily.Gauge(
        "fleet_llamacpp_generated_tokens_per_second", "The server's own average of tokens generated per second, from /metrics.",
        "host", "provider", "model");

    public static IReadOnlyList<MetricFamily> All { get; } = [ModelLoaded, Slots, Deferred, PromptTokens, GeneratedTokens, PromptRate, GeneratedRate];
}

/// <summary>Details of a llama.cpp server; each is null if it was not requested or not answered.</summary>
internal sealed record LlamaCppDetails(bool IsRouter, LlamaCppProps? Props = null, LlamaCppSlots? Slots = null, LlamaCppMetrics? Metrics = null)
{
    internal void WriteTo(MetricsPage page, Labels target, ServingState state, IReadOnlyList<ServedModel> models)
    {
        foreach (var model in models)
        {
            var loaded = model.Loaded ?? (IsRouter ? null : state == ServingState.Ok && Props?.IsSleeping != true);
            page.Add(LlamaCppFamilies.ModelLoaded, target, loaded is { } l ? (l ? 1 : 0) : null, ("model", model.Id));
        }

        var slots = KnownSlots();
        page.Add(LlamaCppFamilies.Slots, target, slots?.Idle, ("state", "idle"));
        page.Add(LlamaCppFamilies.Slots, target, slots?.Busy, ("state", "busy"));
        page.Add(LlamaCppFamilies.Deferred, target, Metrics?.Deferred);
        if (Metrics is not null && models is [var only])
        {
            page.Add(LlamaCppFamilies.PromptTokens, target, Metrics.PromptTokens, ("model", only.Id));
            page.Add(LlamaCppFamilies.GeneratedTokens, target, Metrics.GeneratedTokens, ("model", only.Id));
            page.Add(LlamaCppFamilies.PromptRate, target, Metrics.PromptTokensPerSecond, ("model", only.Id));
            page.Add(LlamaCppFamilies.GeneratedRate, target, Metrics.GeneratedTokensPerSecond, ("model", only.Id));
        }
    }

    internal IEnumerable<(string Name, string Value)> Findings()
    {
        yield return ("server", IsRouter ? "router; only its model list is read, so that no model is loaded"
            : Props?.IsSleeping == true ? "asleep; not polled further, to keep it asleep" : "one model");
        if (KnownSlots() is { } slots)
        {
            yield return ("slots", string.Create(CultureInfo.InvariantCulture, $"{slots.Busy} busy, {slots.Idle} idle"));
        }

        if (!IsRouter && Props?.IsSleeping != true)
        {
            yield return ("metrics", Metrics is null ? "not served; start llama-server with --metrics for token counts" : "served");
        }
    }

    internal LlamaCppSlots? KnownSlots() => Slots
        ?? (Props?.Slots is <= 10_000 and var all && Metrics?.Processing is { } busy && busy <= all
            ? new LlamaCppSlots((int)all - (int)busy, (int)busy)
            : null);
}
