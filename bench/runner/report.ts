import { type Figure, figureOf, type Measured } from './figure.ts';
import { describeFigure } from './figure-text.ts';

/** Set by the runner: what a bench says is read by a program. */
const isRead = process.env['BENCH_FIGURES'] === 'json';
/** Set by `--quick`: numbers that show whether a bench works, not how fast things are. */
const isQuick = process.env['BENCH_QUICK'] === '1';

/** Tells the runner a figure, or whoever started the bench alone. */
export function reportFigure(measured: Measured): Figure {
  const figure = figureOf(measured);
  console.log(isRead ? JSON.stringify(figure) : describeFigure(figure));
  return figure;
}

/** Tells the runner a figure; for a bench that prints its own table, which is what one sees who started it alone. */
export function recordFigure(measured: Measured): void {
  if (isRead) console.log(JSON.stringify(figureOf(measured)));
}

/** A size of a bench, such as rounds or milliseconds: the second one when only a quick look is wanted. */
export function sized(full: number, quick: number): number {
  return isQuick ? quick : full;
}
