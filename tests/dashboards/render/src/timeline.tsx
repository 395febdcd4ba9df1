// A stand-in for Grafana's state timeline, which @grafana/ui does not have: bands in the colours and words of Grafana's own display processors.
import { DataFrame, getFieldDisplayName } from '@grafana/data';

export function StateTimeline({ frames, width, height, named }: { frames: DataFrame[]; width: number; height: number; named: boolean }) {
  const nameWidth = 20 + 7 * Math.max(...frames.map((f) => getFieldDisplayName(f.fields[1], f, frames).length));
  const row = Math.min(44, height / Math.max(1, frames.length));
  return <svg width={width} height={height} fontFamily="Inter, sans-serif" fontSize={12}>{frames.map((frame, i) => {
    const field = frame.fields[1];
    const times: number[] = frame.fields[0].values;
    const [first, last] = [times[0], times[times.length - 1]];
    const x = (time: number) => nameWidth + ((time - first) / Math.max(1, last - first)) * (width - nameWidth);
    const bands: { from: number; to: number; value: unknown }[] = [];
    times.forEach((time, k) => {
      const value = field.values[k];
      const open = bands.at(-1);
      if (open && open.value === value) open.to = time;
      else { if (open) open.to = time; bands.push({ from: time, to: time, value }); }
    });
    return <g key={i}>
      <text x={nameWidth - 8} y={i * row + row / 2 + 4} fill="#ccccdc" textAnchor="end">{getFieldDisplayName(field, frame, frames)}</text>
      {bands.filter((b) => b.value !== null).map((band, k) => {
        const shown = field.display!(band.value);
        const wide = x(band.to) - x(band.from);
        return <g key={k}><rect x={x(band.from)} y={i * row + 3} width={Math.max(1, wide)} height={Math.max(2, row - 6)} fill={shown.color} fillOpacity={0.8} />
          {named && wide > 60 && <text x={x(band.from) + 6} y={i * row + row / 2 + 4} fill="#fff">{shown.text}</text>}</g>;
      })}
    </g>;
  })}</svg>;
}
