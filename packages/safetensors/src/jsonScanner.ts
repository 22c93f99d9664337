// SPDX-License-Identifier: Apache-2.0
/**
 * Strict JSON, read piece by piece: it sees what JSON.parse hides (duplicate keys, how a number was written) and holds nothing
 * that the caller does not keep. RFC 8259; like the reference's parser it refuses lone surrogates and 128 levels of nesting.
 */
import { SafetensorsError } from './errors.js';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'literal';

const DEEPEST = 127;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

export class JsonScanner {
  private position = 0;
  private depth = 0;

  /** `subject` begins each error's sentence, such as "model.safetensors: the header". */
  constructor(
    private readonly text: string,
    private readonly subject: string,
  ) {}

  /** What the next value is, without consuming it. */
  kind(): JsonKind {
    this.skipSpace();
    const next = this.text[this.position];
    if (next === '{') return 'object';
    if (next === '[') return 'array';
    if (next === '"') return 'string';
    if (next === '-' || (next >= '0' && next <= '9')) return 'number';
    if (next === 't' || next === 'f' || next === 'n') return 'literal';
    throw this.error('a value');
  }

  /** Calls `visit` at each member's value, which it must consume. Refuses a key that comes twice. */
  object(visit: (key: string) => void): void {
    const seen = new Set<string>();
    this.sequence('{', '}', () => {
      const key = this.string();
      if (seen.has(key)) {
        const shown = JSON.stringify(key.length > 200 ? `${key.slice(0, 200)}…` : key);
        throw new SafetensorsError('DUPLICATE_KEY', `${this.subject} has the key ${shown} twice.`);
      }
      seen.add(key);
      this.expect(':');
      visit(key);
    });
  }

  /** Calls `visit` at each element, which it must consume. */
  array(visit: () => void): void {
    this.sequence('[', ']', visit);
  }

  string(): string {
    this.skipSpace();
    const start = this.position;
    if (this.text[start] !== '"') throw this.error('a string');
    let escaped = false;
    let end = start + 1;
    for (; ; end++) {
      const code = this.text.charCodeAt(end);
      if (code === 0x22) break;
      if (code === 0x5c) {
        escaped = true;
        end++;
      } else if (!(code >= 0x20)) {
        this.position = Math.min(end, this.text.length);
        throw this.error('the end of a string');
      }
    }
    this.position = end + 1;
    return escaped ? this.unescape(start, end + 1) : this.text.slice(start + 1, end);
  }

  /** The number as it is written: the caller tells 1 from 1.0 and sees all digits. */
  number(): string {
    return this.match(NUMBER, 'a number');
  }

  /** 'true', 'false' or 'null'. */
  literal(): string {
    return this.match(LITERAL, 'a value');
  }

  /** Consumes a value of any kind, checking that it is one. */
  skip(): void {
    const kind = this.kind();
    if (kind === 'object') this.object(() => this.skip());
    else if (kind === 'array') this.array(() => this.skip());
    else this[kind]();
  }

  /** Only white space may follow. */
  end(): void {
    this.skipSpace();
    if (this.position < this.text.length) throw this.error('the end');
  }

  private sequence(open: string, close: string, visit: () => void): void {
    this.expect(open);
    if (++this.depth > DEEPEST) {
      throw new SafetensorsError('INVALID_JSON', `${this.subject} nests deeper than ${DEEPEST} levels.`);
    }
    this.skipSpace();
    if (this.text[this.position] === close) this.position++;
    else {
      do visit();
      while (this.separator(close));
    }
    this.depth--;
  }

  /** Past a comma: true. Past `close`: false. */
  private separator(close: string): boolean {
    this.skipSpace();
    const next = this.text[this.position];
    if (next !== ',' && next !== close) throw this.error(`',' or '${close}'`);
    this.position++;
    return next === ',';
  }

  private expect(character: string): void {
    this.skipSpace();
    if (this.text[this.position] !== character) throw this.error(`'${character}'`);
    this.position++;
  }

  private match(pattern: RegExp, wanted: string): string {
    this.skipSpace();
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.error(wanted);
    this.position += found.length;
    return found;
  }

  private unescape(start: number, end: number): string {
    let value: string;
    try {
      value = JSON.parse(this.text.slice(start, end));
    } catch {
      this.position = start;
      throw this.error('a string with valid escapes');
    }
    if (!LONE_SURROGATE.test(value)) return value;
    this.position = start;
    throw this.error('a string whose surrogate escapes come in pairs');
  }

  private skipSpace(): void {
    for (; ; this.position++) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  private error(wanted: string): SafetensorsError {
    const rest = this.text.slice(this.position, this.position + 20);
    const found = rest ? `found ${JSON.stringify(rest)}` : 'it ends';
    return new SafetensorsError(
      'INVALID_JSON',
      `${this.subject} is not valid JSON: expected ${wanted} at character ${this.position}, ${found}.`,
    );
  }
}
