// Values of a dashboard's variables, as Grafana has them after loading: what the address says, what is current, or the first that a query finds.
import { Dashboard, Time } from './model';

export type Values = Record<string, string>;

const escape = (value: string) => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\\\$&');

export async function valuesOf(dashboard: Dashboard, address: URLSearchParams): Promise<Values> {
  const values: Values = {};
  for (const variable of dashboard.templating.list) {
    const given = address.get(`var-${variable.name}`);
    const current = variable.current?.value;
    const chosen = [given ?? current ?? []].flat();
    if (chosen.includes('$__all')) values[variable.name] = variable.allValue ?? '.*';
    else if (chosen.length > 0) values[variable.name] = variable.type === 'query' ? chosen.map(escape).join('|') : chosen.join('');
    else values[variable.name] = escape((await found(variable.query.query, values))[0] ?? '');
  }
  return values;
}

async function found(query: string, values: Values): Promise<string[]> {
  const [, series, label] = /^label_values\((.+),\s*(\w+)\)$/.exec(query)!;
  const match = encodeURIComponent(put(series, values));
  const answer = await (await fetch(`/api/v1/label/${label}/values?match[]=${match}`)).json();
  if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`);
  return answer.data.sort();
}

/** The text with variables and Grafana's own macros replaced. */
export function put(text: string, values: Values, time?: Time): string {
  const range = time ? time.to - time.from : 0;
  const all: Values = time ? { ...values, __rate_interval: time.rate, __interval: `${time.step}s`, __range: `${range}s`, __range_s: String(range) } : values;
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, braced, bare) => all[braced ?? bare] ?? whole);
}
