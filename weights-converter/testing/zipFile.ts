// SPDX-License-Identifier: Apache-2.0
/** Zip archives that say what a test wants them to say. */

export interface ZipPart {
  name: string;
  data: Uint8Array | string;
  /** What the directory says in the place of the truth. */
  claims?: { size?: number; packedSize?: number; method?: number; offset?: number; name?: string };
}

export function zipFile(parts: readonly ZipPart[], comment = ''): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data, claims = {} } of parts) {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    const local = record(30, name);
    local.setUint32(0, 0x04034b50, true);
    local.setUint32(18, bytes.length, true);
    local.setUint32(22, bytes.length, true);
    local.setUint16(26, name.length, true);
    locals.push(bytesOf(local), bytes);
    const central = record(46, claims.name ?? name);
    central.setUint32(0, 0x02014b50, true);
    central.setUint16(10, claims.method ?? 0, true);
    central.setUint32(20, claims.packedSize ?? bytes.length, true);
    central.setUint32(24, claims.size ?? bytes.length, true);
    central.setUint16(28, (claims.name ?? name).length, true);
    central.setUint32(42, claims.offset ?? offset, true);
    directory.push(bytesOf(central));
    offset += local.byteLength + bytes.length;
  }
  const end = record(22, comment);
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, parts.length, true);
  end.setUint16(10, parts.length, true);
  end.setUint32(12, sum(directory), true);
  end.setUint32(16, offset, true);
  end.setUint16(20, comment.length, true);
  return joined([...locals, ...directory, bytesOf(end)]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(sum(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function record(size: number, text: string): DataView {
  const bytes = new Uint8Array(size + text.length);
  bytes.set(new TextEncoder().encode(text), size);
  return new DataView(bytes.buffer);
}

function bytesOf({ buffer }: DataView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer);
}

function sum(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}
