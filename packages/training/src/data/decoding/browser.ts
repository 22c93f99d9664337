// SPDX-License-Identifier: Apache-2.0
/** Browsers decode in the page: their decoders run beside it already. */
import { decoderHere, type PictureDecoder, type ReaderSettings } from './pictureReader.js';

export function openDecoder(settings: ReaderSettings, _workers?: number): PictureDecoder {
  return decoderHere(settings);
}
