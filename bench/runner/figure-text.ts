import { type Figure, meetsTarget, type Spread } from './figure.ts';

/** `1.23 M`, `45.6 k`, `789`, `0.123`: three figures, as far as noise lets one read them. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 999_500) return `${(value / 1e6).toPrecision(3)} M`;
  if (Math.abs(value) >= 9995) return `${(value / 1e3).toPrecision(3)} k`;
  if (Math.abs(value) >= 99.5) return value.toFixed(0);
  return value === 0 ? '0' : value.toPrecision(3);
}

/** `1.52 (1.43 to 1.61)` */
export function formatSpread({ min, median, max }: Spread): string {
  return min === max ? formatNumber(median) : `${formatNumber(median)} (${formatNumber(min)} to ${formatNumber(max)})`;
}

/** `1.52 × (1.43 to 1.61)`, empty without a baseline. */
export function formatRatio({ ratio }: Figure): string {
  if (ratio === undefined) return '';
  const spread = ratio.min === ratio.max ? '' : ` (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`;
  return `${ratio.median.toFixed(2)} ×${spread}`;
}

/** `≥ 1.00 M: met`, empty without a target. */
export function formatTarget(figure: Figure): string {
  const met = meetsTarget(figure);
  if (met === undefined || figure.target === undefined) return '';
  return `${figure.better === 'higher' ? '≥' : '≤'} ${formatNumber(figure.target)}: ${met ? 'met' : 'MISSED'}`;
}

/** One line for a person. */
export function describeFigure(figure: Figure): string {
  const { name, unit, value, baseline } = figure;
  const against = baseline === undefined ? '' : `  ${formatRatio(figure)} of ${baseline.name} at ${formatSpread(baseline.value)}`;
  const target = formatTarget(figure);
  return `${name}: ${formatSpread(value)} ${unit}${against}${target === '' ? '' : `  target ${target}`}`;
}
