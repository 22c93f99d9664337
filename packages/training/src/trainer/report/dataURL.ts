// SPDX-License-Identifier: Apache-2.0

/** Of a picture file. Browsers look into the file to see which kind of picture it is. */
export function dataURL(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
