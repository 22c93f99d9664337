// SPDX-License-Identifier: Apache-2.0
/** Text in lines of limited width. */

/** Breaks between words, and within those that are too long; what does not fit into `most` lines ends in `...`. */
export function wrapText(
  text: string,
  width: number,
  most: number,
  widthOf: (text: string) => number,
): string[] {
  const lines: string[] = [];
  let rest = text.trim().replace(/\s+/g, ' ');
  while (rest !== '' && lines.length < most) {
    const isLast = lines.length === most - 1;
    if (widthOf(rest) <= width) return [...lines, rest];
    if (isLast)
      return [
        ...lines,
        `${rest.slice(
          0,
          lengthWithin(rest, width, (start) => widthOf(`${start}...`)),
        )}...`,
      ];
    const length = lengthWithin(rest, width, widthOf);
    const space = rest.lastIndexOf(' ', length);
    const end = space > 0 ? space : Math.max(1, length);
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return lines;
}

/** How many characters fit. */
function lengthWithin(text: string, width: number, widthOf: (text: string) => number): number {
  let length = 0;
  while (length < text.length && widthOf(text.slice(0, length + 1)) <= width) length++;
  return length;
}
