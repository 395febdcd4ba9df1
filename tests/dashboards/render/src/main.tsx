// Draws /dashboard.json on one page, collapsed rows opened, and tells in window.drawn when it is done and what went wrong.
import { DataFrame, EventBusSrv, LoadingState } from '@grafana/data';
import * as UI from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { checkNames } from './known';
import { Dashboard, Panel, problem, problems, Time } from './model';
import { dataOf } from './query';
import { theme } from './theme';
import { Values, valuesOf } from './variables';
import { Viz } from './viz';
import { ThemeContext } from '@grafana/data';

const { PanelChrome, GlobalStyles, PortalContainer, PanelContextProvider } = UI as any;
const unit = 38;
const address = new URLSearchParams(location.search);
const page = Number(address.get('width') ?? 1600);

/** Every panel in its place with all rows open: what a collapsed row holds moves what follows it down. */
function opened(panels: Panel[]): Panel[] {
  let moved = 0;
  return panels.flatMap((panel) => {
    const here = { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + moved } };
    if (panel.type !== 'row' || !panel.collapsed) return [here];
    const inside = (panel.panels ?? []).map((p) => ({ ...p, gridPos: { ...p.gridPos, y: p.gridPos.y + moved } }));
    moved += Math.max(0, ...(panel.panels ?? []).map((p) => p.gridPos.y + p.gridPos.h - panel.gridPos.y - 1));
    return [here, ...inside];
  });
}

class Boundary extends React.Component<{ panel: Panel; children: React.ReactNode }, { error?: Error }> {
  state: { error?: Error } = {};
  static getDerivedStateFromError(error: Error) { return { error }; }
  componentDidCatch(error: Error) { problem(this.props.panel, error); }
  render() { return this.state.error ? <pre style={{ color: 'red' }}>{String(this.state.error)}</pre> : this.props.children; }
}

function PanelBox({ panel, values, time, onDone }: { panel: Panel; values: Values; time: Time; onDone: () => void }) {
  const [frames, setFrames] = useState<DataFrame[]>();
  const column = page / 24;
  const { x, y, w, h } = panel.gridPos;
  useEffect(() => {
    checkNames(panel);
    dataOf(panel, values, time).catch((e) => { problem(panel, e); return []; }).then((f) => { setFrames(f); setTimeout(onDone, 50); });
  }, []);
  const context = { ...(UI as any).PanelContextRoot?._currentValue, eventsScope: 'x', eventBus: new EventBusSrv() };
  return <div style={{ position: 'absolute', left: x * column + 4, top: y * unit + 4 }}>
    <PanelChrome title={panel.title} description={panel.description} width={w * column - 8} height={h * unit - 8} loadingState={LoadingState.Done}>
      {(width: number, height: number) => <Boundary panel={panel}>{frames && <PanelContextProvider value={context}>
        <Viz panel={panel} frames={frames} width={width} height={height} time={time} values={values} /></PanelContextProvider>}</Boundary>}
    </PanelChrome>
  </div>;
}

function Heading({ panel }: { panel: Panel }) {
  return <div style={{ position: 'absolute', left: 8, top: panel.gridPos.y * unit + 8, color: theme.colors.text.primary, fontWeight: 500 }}>▾ {panel.title}</div>;
}

function App({ dashboard, values, time }: { dashboard: Dashboard; values: Values; time: Time }) {
  const panels = opened(dashboard.panels);
  const boxes = panels.filter((p) => p.type !== 'row');
  const height = unit * Math.max(...panels.map((p) => p.gridPos.y + p.gridPos.h));
  const done = React.useRef(0);
  const onDone = () => { if (++done.current === boxes.length) window.drawn = { height, panels: boxes.length, problems }; };
  return <ThemeContext.Provider value={theme}><GlobalStyles hackNoBackdropBlur={false} isExtensionSidebarOpen={false} /><PortalContainer />
    <div style={{ position: 'relative', width: page, height }}>
      {panels.map((p) => p.type === 'row' ? <Heading key={p.id} panel={p} /> : <PanelBox key={p.id} panel={p} values={values} time={time} onDone={onDone} />)}
    </div></ThemeContext.Provider>;
}

const dashboard: Dashboard = await (await fetch('/dashboard.json')).json();
const seconds = Number(address.get('since') ?? 60);
const to = Math.floor(Date.now() / 1000);
const step = Math.max(1, Math.round(seconds / 120));
createRoot(document.getElementById('root')!).render(
  <App dashboard={dashboard} values={await valuesOf(dashboard, address)} time={{ from: to - seconds, to, step, rate: `${Math.max(10, 4 * step)}s` }} />);
