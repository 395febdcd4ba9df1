// Writes a TypeScript file that says of a dashboard what @grafana/schema must agree to: node check.mjs DASHBOARD.json OUT.ts
import fs from 'node:fs';

const [file, out] = process.argv.slice(2);
const kinds = {
  timeseries: ['timeseries', 'TimeSeries', true], stat: ['stat', 'Stat', false], bargauge: ['bargauge', 'BarGauge', false], table: ['table', 'Table', true],
  'state-timeline': ['statetimeline', 'StateTimeline', true], text: ['text', 'Text', false],
};
const raw = '@grafana/schema/dist/esm/raw';
const dashboard = JSON.parse(fs.readFileSync(file));
// What the Prometheus data source adds to an annotation.
for (const annotation of dashboard.annotations.list) for (const key of ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys']) delete annotation[key];
const panels = dashboard.panels.flatMap((p) => [p, ...(p.panels ?? [])]);
const lines = [
  `import type { Dashboard } from '${raw}/dashboard/x/Dashboard_types.gen';`,
  ...Object.values(kinds).map(([folder, name]) => `import type * as ${folder} from '${raw}/composable/${folder}/panelcfg/x/${name}PanelCfg_types.gen';`),
  // In JSON an enum is its value.
  'type Json<T> = T extends string ? (string extends T ? T : `${T}`) : T extends number | boolean | null | undefined ? T',
  '  : T extends Array<infer U> ? Json<U>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;',
  `export const dashboard: Json<Dashboard> = ${JSON.stringify(dashboard, null, 1)};`,
];
for (const panel of panels) {
  if (panel.type in kinds) {
    const [folder, , hasFields] = kinds[panel.type];
    lines.push(`// ${panel.title}`, `export const options${panel.id}: Json<Partial<${folder}.Options>> = ${JSON.stringify(panel.options ?? {})};`);
    if (hasFields) {
      const custom = panel.fieldConfig?.defaults?.custom ?? {};
      lines.push(`export const fields${panel.id}: Json<Partial<${folder}.FieldConfig>> = ${JSON.stringify(custom)};`);
    }
  }
}
fs.writeFileSync(out, lines.join('\n') + '\n');
