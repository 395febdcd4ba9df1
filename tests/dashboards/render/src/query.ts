// Runs the queries of a panel and makes data frames of them, shaped as Grafana's Prometheus data source shapes them.
import { applyFieldOverrides, cacheFieldDisplayNames, DataFrame, FieldType, toDataFrame, transformDataFrame } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { registry } from './known';
import { Panel, problem, Target, Time } from './model';
import { theme } from './theme';
import { put, Values } from './variables';

interface Series { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }

export async function dataOf(panel: Panel, values: Values, time: Time): Promise<DataFrame[]> {
  const targets = (panel.targets ?? []).filter((t) => !t.hide && t.expr);
  const frames = (await Promise.all(targets.map((t) => run(panel, t, values, time, targets.length > 1)))).flat();
  const context = { interpolate: (s: string) => s } as any;
  const transformed = panel.transformations?.length ? await lastValueFrom(transformDataFrame(panel.transformations, frames, context)) : frames;
  const fieldConfig = structuredClone(panel.fieldConfig ?? { defaults: {}, overrides: [] });
  fieldConfig.defaults.custom ??= {};
  // JSON has no -Infinity: Grafana reads null as such in the first step.
  const thresholds = [fieldConfig.defaults.thresholds, ...fieldConfig.overrides.flatMap((o: any) => o.properties).filter((p: any) => p.id === 'thresholds').map((p: any) => p.value)];
  for (const t of thresholds) if (t) t.steps[0].value = -Infinity;
  const data = applyFieldOverrides({ data: transformed, fieldConfig, replaceVariables: (s: string) => put(s, values, time), theme, timeZone: 'utc', fieldConfigRegistry: registry } as any);
  cacheFieldDisplayNames(data);
  return data;
}

async function run(panel: Panel, target: Target, values: Values, time: Time, several: boolean): Promise<DataFrame[]> {
  const query = put(target.expr!, values, time);
  const body = new URLSearchParams(target.instant ? { query, time: String(time.to) } : { query, start: String(time.from), end: String(time.to), step: String(time.step) });
  const answer = await (await fetch(`/api/v1/query${target.instant ? '' : '_range'}`, { method: 'POST', body })).json();
  if (answer.status !== 'success') {
    problem(panel, `${query}: ${answer.error}`);
    return [];
  }
  const result: Series[] = answer.data.result;
  return target.format === 'table' ? asTable(target, result, several) : result.map((s) => asLine(target, s, time));
}

function asTable(target: Target, result: Series[], several: boolean): DataFrame[] {
  if (result.length === 0) return [];
  const labels = [...new Set(result.flatMap((s) => Object.keys(s.metric)))].sort();
  const last = (s: Series) => s.value ?? s.values!.at(-1)!;
  return [toDataFrame({ refId: target.refId, fields: [
    { name: 'Time', type: FieldType.time, values: result.map((s) => last(s)[0] * 1000) },
    ...labels.map((l) => ({ name: l, type: FieldType.string, values: result.map((s) => s.metric[l] ?? '') })),
    { name: several ? `Value #${target.refId}` : 'Value', type: FieldType.number, values: result.map((s) => Number(last(s)[1])), config: {} },
  ] })];
}

function asLine(target: Target, series: Series, time: Time): DataFrame {
  const points = new Map((series.values ?? [series.value!]).map(([at, value]) => [at, Number(value)]));
  const times = target.instant ? [...points.keys()] : Array.from({ length: Math.floor((time.to - time.from) / time.step) + 1 }, (_, i) => time.from + i * time.step);
  const name = nameOf(target, series.metric);
  return toDataFrame({ refId: target.refId, name, fields: [
    { name: 'Time', type: FieldType.time, values: times.map((t) => t * 1000) },
    { name: 'Value', type: FieldType.number, labels: series.metric, values: times.map((t) => points.get(t) ?? null), config: { displayNameFromDS: name } },
  ] });
}

function nameOf(target: Target, metric: Record<string, string>): string {
  if (target.legendFormat && target.legendFormat !== '__auto') return target.legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '');
  const labels = Object.entries(metric).filter(([k]) => k !== '__name__');
  return labels.length === 0 ? (metric.__name__ ?? 'Value') : `${metric.__name__ ?? ''}{${labels.map(([k, v]) => `${k}="${v}"`).join(', ')}}`;
}
