import colors from 'picocolors';
import type { Paint } from '../operations/why/print.ts';

/** What a command shows: ticked steps for people, plain lines where nobody looks, one JSON document with `-o json`. */
export interface Output {
  /** A step done, with what it took. */
  step(text: string, tookMs: number): void;
  /** One line of progress below a step. */
  line(text: string): void;
  /** A label and its value, aligned. */
  fact(label: string, value: string): void;
  warn(text: string): void;
  /** The machine-readable result; printed only with `-o json`. */
  result(value: unknown): void;
}

const LABEL_WIDTH = 10;

/** Colours and ticks only on a terminal. */
export function textOutput(write: (text: string) => void, terminal: boolean): Output {
  const paint = colors.createColors(terminal);
  return {
    step: (text, tookMs) =>
      write(
        terminal
          ? `${paint.green('✔')} ${text} ${paint.dim(`${Math.round(tookMs)} ms`)}\n`
          : `${text} (${Math.round(tookMs)} ms)\n`,
      ),
    line: (text) => write(`  ${text}\n`),
    fact: (label, value) => write(`  ${paint.dim(label.padEnd(LABEL_WIDTH))} ${value}\n`),
    warn: (text) => write(`${paint.yellow('!')} ${text}\n`),
    result: () => {},
  };
}

/** Nothing until the end, then one document. */
export function jsonOutput(write: (text: string) => void): Output {
  const warnings: string[] = [];
  return {
    step: () => {},
    line: () => {},
    fact: () => {},
    warn: (text) => warnings.push(text),
    result: (value) =>
      write(`${JSON.stringify({ ...(value as object), ...(warnings.length > 0 ? { warnings } : {}) }, null, 2)}\n`),
  };
}

/** An error that is the user's to mend: printed without a stack, exit status 1. */
export class UserError extends Error {}

export type OutputFormat = 'text' | 'json';

/** In the background (`up --detach`) the text goes to the command that started us for as long as it listens. */
function write(text: string): void {
  if (process.connected && process.send !== undefined) process.send({ print: text });
  else process.stdout.write(text);
}

export function outputFor(format: OutputFormat): Output {
  const terminal = process.stdout.isTTY === true || process.env.PERDURE_TERMINAL === '1';
  return format === 'json' ? jsonOutput(write) : textOutput(write, terminal && process.env.NO_COLOR === undefined);
}

const NARROWEST = 60;
const WIDEST = 120;
/** Where nobody says how wide it is. */
const USUAL = 100;

/** How wide the screen is, and its colours, or none. */
export function screenOf(): { readonly width: number; readonly paint: Paint } {
  const terminal = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const width = Math.min(WIDEST, Math.max(NARROWEST, process.stdout.columns ?? USUAL));
  return { width, paint: paintOf(terminal) };
}

function paintOf(terminal: boolean): Paint {
  const { bold, dim, green, yellow, red } = colors.createColors(terminal);
  return { bold, dim, good: green, warn: yellow, bad: red };
}
