// One panel's picture, by Grafana's components where @grafana/ui has them.
import { DataFrame, dateTime, getDisplayValueAlignmentFactors, getFieldDisplayValues, renderMarkdown, VizOrientation } from '@grafana/data';
import * as UI from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { Panel, problem, Time } from './model';
import { theme } from './theme';
import { StateTimeline } from './timeline';
import { put, Values } from './variables';

const { TimeSeries, BigValue, BarGauge, VizRepeater } = UI as any;

interface Props { panel: Panel; frames: DataFrame[]; width: number; height: number; time: Time; values: Values }

export function Viz({ panel, frames, width, height, time, values }: Props) {
  const options = panel.options ?? {};
  const range = { from: dateTime(time.from * 1000), to: dateTime(time.to * 1000), raw: { from: dateTime(time.from * 1000), to: dateTime(time.to * 1000) } };
  const isEmpty = frames.length === 0 || frames.every((f) => f.length === 0);
  if (isEmpty && ['timeseries', 'table', 'state-timeline', 'bargauge'].includes(panel.type)) return <Note>No data</Note>;
  switch (panel.type) {
    case 'timeseries':
      return <TimeSeries frames={frames} width={width} height={height} timeRange={range} timeZone="utc" legend={options.legend} options={options} />;
    case 'table':
      return <TableNG data={frames[0]} width={width} height={height} timeRange={range} fieldConfig={panel.fieldConfig} structureRev={1} sortBy={options.sortBy} cellHeight={options.cellHeight}
        noValue={panel.fieldConfig?.defaults?.noValue} enablePagination={options.enablePagination} />;
    case 'stat': case 'bargauge':
      return <SingleValues panel={panel} frames={frames} width={width} height={height} />;
    case 'state-timeline':
      return <StateTimeline frames={frames} width={width} height={height} named={options.showValue !== 'never'} />;
    case 'text':
      return <div className="markdown-html" style={{ padding: 8 }} dangerouslySetInnerHTML={{ __html: renderMarkdown(put(options.content ?? '', values, time)) }} />;
    case 'alertlist':
      return <Note>Grafana's own list of rules stands here.</Note>;
    default:
      problem(panel, `no renderer for ${panel.type}`);
      return null;
  }
}

function Note({ children }: { children: string }) {
  return <div style={{ color: theme.colors.text.secondary, textAlign: 'center', paddingTop: 40 }}>{children}</div>;
}

function SingleValues({ panel, frames, width, height }: Omit<Props, 'time' | 'values'>) {
  const options = panel.options;
  const isBar = panel.type === 'bargauge';
  const get = () => getFieldDisplayValues({
    fieldConfig: panel.fieldConfig, reduceOptions: options.reduceOptions, replaceVariables: (s: string) => s, theme, data: frames, sparkline: !isBar && options.graphMode !== 'none', timeZone: 'utc',
  } as any);
  const draw = ({ value, width: w, height: h, alignmentFactors, count }: any) => isBar
    ? <BarGauge value={value.display} width={w} height={h} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)} displayMode={options.displayMode}
        orientation={VizOrientation.Horizontal} theme={theme} showUnfilled={options.showUnfilled} alignmentFactors={alignmentFactors} itemSpacing={6} namePlacement={options.namePlacement}
        valueDisplayMode={options.valueMode} />
    : <BigValue value={value.display} sparkline={value.sparkline} width={w} height={h} colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode}
        textMode={options.textMode} wideLayout={options.wideLayout} text={options.text} theme={theme} count={count} alignmentFactors={alignmentFactors} />;
  return <VizRepeater getValues={get} getAlignmentFactors={getDisplayValueAlignmentFactors} source={frames} width={width} height={height} autoGrid itemSpacing={isBar ? 6 : 3} renderCounter={1}
    orientation={isBar ? VizOrientation.Horizontal : VizOrientation.Auto} minVizHeight={options.minVizHeight} maxVizHeight={options.maxVizHeight} renderValue={draw} />;
}
