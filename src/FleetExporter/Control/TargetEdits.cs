using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>How a change of a stored target ended.</summary>
internal abstract record TargetEdit
{
    private TargetEdit()
    {
    }

    public sealed record Done(StoredTarget Row) : TargetEdit;

    /// <param name="Errors">By key.</param>
    public sealed record Invalid(Dictionary<string, string[]> Errors) : TargetEdit;

    public sealed record Failed(StoreError Error) : TargetEdit;
}

/// <summary>Creates, changes and deletes stored targets. Their keys are checked as those of fleet.yml.</summary>
internal sealed class TargetEdits(TargetList list, StoredTargets stored, LiveConfig config)
{
    public async Task<TargetEdit> AddAsync(TargetChange change, CancellationToken stop)
    {
        var (row, errors) = Bind(change.Kind!, change, new StoredTarget { Name = "", Kind = change.Kind!.Name, Settings = "{}" });
        if (row is null)
        {
            return new TargetEdit.Invalid(errors);
        }

        StoreResult<StoredTarget> added = NameConflict(row.Name) is { } conflict ? conflict : await stored.AddAsync(row, stop).ConfigureAwait(false);
        return await EndAsync(added).ConfigureAwait(false);
    }

    /// <param name="key">Name, or id.</param>
    /// <param name="isExpected">Whether the stored target is the one to change; null for any.</param>
    public async Task<TargetEdit> ChangeAsync(
        TargetKind kind, string key, TargetChange change, Func<StoredTarget, bool>? isExpected, CancellationToken stop)
    {
        if (await RefusalAsync(kind, key, stop).ConfigureAwait(false) is { } refusal)
        {
            return new TargetEdit.Failed(refusal);
        }

        Dictionary<string, string[]> errors = [];
        var changed = await stored.ChangeAsync(
            key,
            previous =>
            {
                if (Unexpected(previous, kind, isExpected) is { } outdated)
                {
                    return outdated;
                }

                (var row, errors) = Bind(kind, change, previous);
                return row is null ? new StoreError.Conflict("settings", "the settings are invalid")
                    : row.Name != previous.Name && NameConflict(row.Name) is { } conflict ? conflict
                    : row;
            },
            stop).ConfigureAwait(false);
        return errors.Count > 0 ? new TargetEdit.Invalid(errors) : await EndAsync(changed).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ChangeAsync"/>
    public async Task<TargetEdit> RemoveAsync(TargetKind kind, string key, Func<StoredTarget, bool>? isExpected, CancellationToken stop)
    {
        if (await RefusalAsync(kind, key, stop).ConfigureAwait(false) is { } refusal)
        {
            return new TargetEdit.Failed(refusal);
        }

        var removed = await stored.RemoveAsync(key, row => Unexpected(row, kind, isExpected), stop).ConfigureAwait(false);
        return await EndAsync(removed, isRemoved: true).ConfigureAwait(false);
    }

    /// <summary>The target that a change describes, as it would be watched.</summary>
    public (TargetConfig? Target, Dictionary<string, string[]> Errors) TargetOf(TargetChange change, string defaultName)
    {
        var (target, errors) = WatchedTarget.Bind(
            change.Kind!, change.Name ?? defaultName, change.ApplyTo([]), ApiRules.Of(config.Current, mustExist: true));
        return (target, TargetChange.ByField(errors));
    }

    private (StoredTarget? Row, Dictionary<string, string[]> Errors) Bind(TargetKind kind, TargetChange change, StoredTarget previous)
    {
        var settings = change.ApplyTo(JsonNode.Parse(previous.Settings)!.AsObject());
        var name = change.Name ?? (previous.Name.Length == 0 ? null : previous.Name);
        var (target, invalid) = WatchedTarget.Bind(kind, name, settings, ApiRules.Of(config.Current, mustExist: true));
        var (errors, text) = (TargetChange.ByField(invalid), settings.ToJsonString());
        if (text.Length > TargetChange.MaxLength)
        {
            errors["settings"] = [$"longer than {TargetChange.MaxLength} characters of JSON; shorten them"];
        }

        return errors.Count > 0 ? (null, errors)
            : (previous with { Name = target!.Name, Settings = text, IsActive = change.IsActive ?? previous.IsActive }, errors);
    }

    private async Task<TargetEdit> EndAsync(StoreResult<StoredTarget> result, bool isRemoved = false)
    {
        if (!result.Success)
        {
            return new TargetEdit.Failed(result.Error);
        }

        await list.WrittenAsync(result.Value, isRemoved).ConfigureAwait(false);
        return new TargetEdit.Done(result.Value);
    }

    /// <summary>Why a target cannot be changed: it is one of fleet.yml. Others are looked up in the store itself.</summary>
    private async Task<StoreError?> RefusalAsync(TargetKind kind, string key, CancellationToken stop)
    {
        await list.ReadyAsync(stop).ConfigureAwait(false);
        return kind.TargetsOf(config.Current).Any(t => t.Name == key)
            ? new StoreError.Conflict("source", $"{key} is a {kind.Name} of fleet.yml; change it in fleet.yml")
            : null;
    }

    private static StoreError? Unexpected(StoredTarget row, TargetKind kind, Func<StoredTarget, bool>? isExpected) =>
        row.Kind != kind.Name ? new StoreError.NotFound("target")
        : isExpected?.Invoke(row) == false ? new StoreError.Changed()
        : null;

    private StoreError.Conflict? NameConflict(string name) =>
        config.Current.Names.Contains(name, StringComparer.Ordinal)
            ? new StoreError.Conflict("name", $"the name {name} is already used in fleet.yml; choose another")
            : null;
}
