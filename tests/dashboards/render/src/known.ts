// What Grafana does not know, it ignores without a word: units, transformations, reducers and matchers by name.
import { FieldConfigOptionsRegistry, fieldMatchers, fieldReducers, getValueFormats, standardTransformers, standardTransformersRegistry } from '@grafana/data';
import { Panel, problem } from './model';

standardTransformersRegistry.setInit(() => [...new Map(Object.values(standardTransformers).map((t: any) => [t.id, t])).values()].map((t: any) => ({
  id: t.id, name: t.name ?? t.id, transformation: () => Promise.resolve(t), editor: (() => null) as any, imageDark: '', imageLight: '',
})) as any);

const units = new Set(getValueFormats().flatMap((c) => c.submenu!.map((m) => m.value)));
const freeUnit = /^(suffix|prefix|time|si|count|currency|bool):/;

const fieldOptions = [
  'unit', 'min', 'max', 'decimals', 'noValue', 'thresholds', 'mappings', 'color', 'links',
  ...['lineWidth', 'fillOpacity', 'drawStyle', 'lineInterpolation', 'showPoints', 'stacking', 'spanNulls', 'lineStyle', 'axisSoftMin', 'axisSoftMax', 'cellOptions', 'width', 'align', 'filterable', 'inspect'].map((o) => `custom.${o}`),
];
const option = (id: string): any => ({ id, path: id.replace(/^custom\./, ''), isCustom: id.startsWith('custom.'), process: (v: unknown) => v, shouldApply: () => true, name: id });

/** Field options: in Grafana the core and each panel plugin fill it. */
export const registry = {
  get: option, getIfExists: (id: string) => (fieldOptions.includes(id) ? option(id) : undefined), list: () => fieldOptions.map(option),
} as unknown as FieldConfigOptionsRegistry;

export function checkNames(panel: Panel) {
  const defaults = panel.fieldConfig?.defaults ?? {};
  const overrides: any[] = panel.fieldConfig?.overrides ?? [];
  const properties = overrides.flatMap((o) => o.properties);
  for (const unit of [defaults.unit, ...properties.filter((p) => p.id === 'unit').map((p) => p.value)]) {
    if (unit && !units.has(unit) && !freeUnit.test(unit)) problem(panel, `unknown unit ${unit}`);
  }
  for (const p of properties) if (!fieldOptions.includes(p.id)) problem(panel, `unknown field option ${p.id}`);
  for (const o of Object.keys(defaults.custom ?? {})) if (!fieldOptions.includes(`custom.${o}`)) problem(panel, `unknown field option custom.${o}`);
  for (const o of overrides) if (!fieldMatchers.getIfExists(o.matcher.id)) problem(panel, `unknown matcher ${o.matcher.id}`);
  for (const t of panel.transformations ?? []) if (!standardTransformersRegistry.getIfExists(t.id)) problem(panel, `unknown transformation ${t.id}`);
  for (const c of [...(panel.options?.reduceOptions?.calcs ?? []), ...(panel.options?.legend?.calcs ?? [])]) if (!fieldReducers.getIfExists(c)) problem(panel, `unknown reducer ${c}`);
}
