// The parts of a dashboard that are read here, and what went wrong with it.
export interface Target { refId: string; expr?: string; instant?: boolean; format?: string; legendFormat?: string; hide?: boolean }
export interface GridPos { x: number; y: number; w: number; h: number }
export interface Panel {
  id: number; type: string; title: string; description?: string; gridPos: GridPos; targets?: Target[]; options?: any; fieldConfig?: any; transformations?: any[];
  collapsed?: boolean; panels?: Panel[];
}
export interface Variable { name: string; type: string; query?: any; allValue?: string; includeAll?: boolean; current?: { value?: string | string[] } }
export interface Dashboard { panels: Panel[]; templating: { list: Variable[] }; title: string }
export interface Time { from: number; to: number; step: number; rate: string }

declare global { interface Window { drawn?: { height: number; panels: number; problems: string[] } } }

export const problems: string[] = [];
export function problem(panel: { title: string }, text: unknown) { problems.push(`${panel.title}: ${text instanceof Error ? (text.stack ?? text) : text}`); }
