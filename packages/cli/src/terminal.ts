// SPDX-License-Identifier: Apache-2.0
/** Where a command writes: results to standard output; remarks, warnings, errors and progress to standard error. */
import pc from 'picocolors';

const ERASE_LINE = '\r\u001b[K';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Terminal {
  /** Columns to draw in. */
  readonly columns: number;
  /** Colours for standard output, plain where it is no terminal or NO_COLOR is set. */
  readonly colors: Colors;
  out(text: string): void;
  /** What is good to know: silent with --quiet. */
  remark(text: string): void;
  /** What went wrong. */
  error(text: string): void;
  /** A line that may be redrawn, or null where that makes no sense: no terminal, --quiet. */
  readonly statusLine: StatusLine | null;
}

export type Colors = ReturnType<typeof pc.createColors>;

export interface StatusLine {
  readonly columns: number;
  /** Replaces the line; '' removes it. */
  draw(text: string): void;
}

export interface TerminalOptions {
  quiet?: boolean;
  /** The command itself sees to interrupts; otherwise they end the process, and leave no status line behind. */
  seesToSignals?: boolean;
}

export function createTerminal({ quiet = false, seesToSignals = false }: TerminalOptions): Terminal {
  const { stdout, stderr } = process;
  const statusLine = stderr.isTTY && !quiet ? terminalLine(stderr, seesToSignals) : null;
  const writeError = (text: string) => {
    statusLine?.draw('');
    stderr.write(`${text}\n`);
  };
  return {
    columns: columnsOf(stdout),
    colors: pc.createColors(wantsColor(stdout)),
    out(text) {
      statusLine?.draw('');
      stdout.write(text);
    },
    remark(text) {
      if (!quiet) writeError(text);
    },
    error: (text) => writeError(`tfjs-clip: ${text}`),
    statusLine,
  };
}

/** COLUMNS overrules the terminal's own width; 80 where there is neither. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  const wanted = Number(process.env.COLUMNS);
  return Number.isInteger(wanted) && wanted > 0 ? wanted : (stream.isTTY && stream.columns) || 80;
}

function wantsColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

function terminalLine(stream: NodeJS.WriteStream, seesToSignals: boolean): StatusLine {
  let drawn = false;
  /** The line would stay above the shell's next prompt. */
  const removeAndEnd = (signal: NodeJS.Signals) => {
    stream.write(ERASE_LINE);
    process.kill(process.pid, signal); // `once` has taken this handler away, so that the system's default follows.
  };
  return {
    columns: columnsOf(stream),
    draw(text) {
      if (!drawn && text === '') return;
      stream.write(ERASE_LINE + text);
      const draws = text !== '';
      if (draws !== drawn && !seesToSignals) {
        for (const signal of SIGNALS) process[draws ? 'once' : 'off'](signal, removeAndEnd);
      }
      drawn = draws;
    },
  };
}
