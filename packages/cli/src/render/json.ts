// SPDX-License-Identifier: Apache-2.0
/** JSON for other programs: one document, or one line an item. */

/** `header`, then `items` under `name`, an item a line. */
export function jsonDocument(header: object, name: string, items: readonly object[]): string {
  const fields = Object.entries(header).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const lines = items.map((item) => `    ${JSON.stringify(item)}`);
  return `{\n${fields.join(',\n')},\n  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]\n}\n`;
}

export function jsonLine(item: object): string {
  return `${JSON.stringify(item)}\n`;
}

/** 9 digits give back the same float32, where a double would print 17. */
export function float32Digits(value: number): number {
  return Number(value.toPrecision(9));
}
