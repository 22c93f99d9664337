// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImageError, InvalidArgumentError } from '../../errors.js';
import { type ImageInput, type LoadImageOptions, loadImage } from './loadImage.js';

const FOLDER = path.resolve(__dirname, '../../../../../test/fixtures/images');
const FILE = path.join(FOLDER, 'awkward/png-rgb8.png');
const bytes = new Uint8Array(readFileSync(FILE));

describe('a file', () => {
  const byteInputs: [string, () => ImageInput][] = [
    ['a path', () => FILE],
    ['a file: address', () => pathToFileURL(FILE)],
    ['a file: address as text', () => pathToFileURL(FILE).href],
    ['a data: address', () => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`],
    ['a Uint8Array', () => bytes],
    [
      'a Buffer within a larger one',
      () => Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3)]).subarray(3, -3),
    ],
    ['an ArrayBuffer', () => bytes.slice().buffer],
    ['a Blob', () => new Blob([bytes])],
    ['a blob: address', () => URL.createObjectURL(new Blob([bytes]))],
  ];
  it.each(byteInputs)('is read from %s', async (_, input) => {
    const image = await loadImage(input());
    expect(image).toMatchObject({ width: 23, height: 17, channels: 3 });
    expect(image.data).toEqual((await loadImage(bytes)).data);
  });

  it('is turned upright', async () => {
    expect(await loadImage(path.join(FOLDER, 'awkward/jpeg-orientation-6.jpg'))).toMatchObject({
      width: 37,
      height: 43,
    });
  });

  it('is refused if it is not there, or is a folder', async () => {
    expect(await sentence('no/such.png')).toBe(
      "There is no file 'no/such.png'; give a path, or an address of http(s):.",
    );
    expect(await sentence(FOLDER)).toBe(`'${FOLDER}' is a folder; give the files in it one by one.`);
    expect(await sentence('/dev/null')).toBe(
      "'/dev/null' is not a file but a device or a pipe; read it yourself and give its bytes.",
    );
  });

  it('is refused if it is empty or no picture', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tfjs-clip-'));
    const file = path.join(folder, 'notes.jpg');
    writeFileSync(file, '');
    expect(await sentence(file)).toMatch(
      `${file} is not a picture that can be read: it is empty. Accepted are PNG,`,
    );
    rmSync(folder, { recursive: true });
  });
});

describe('a web address', () => {
  let server: Server;
  let base: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/picture.png') response.end(bytes);
      else if (request.url === '/cut.png') {
        response.writeHead(200, { 'content-length': bytes.length * 2 });
        response.write(bytes, () => response.destroy());
      } else response.writeHead(404).end('nothing here');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is fetched', async () => {
    expect((await loadImage(`${base}/picture.png`)).data).toEqual((await loadImage(bytes)).data);
    expect(await loadImage(new URL(`${base}/picture.png`))).toMatchObject({ width: 23, height: 17 });
  });

  it('is refused with what the server answered', async () => {
    expect(await sentence(`${base}/no.png`)).toBe(
      `'${base}/no.png' cannot be read: the server answered 404 Not Found. Check the address.`,
    );
    expect(await sentence(`${base}/cut.png`)).toMatch(`'${base}/cut.png' cannot be read: terminated`);
  });

  it('is refused where there is no server', async () => {
    const port = Number(new URL(base).port);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/a.png`;
    await new Promise((resolve) => closed.close(resolve));
    expect(port).toBeGreaterThan(0);
    expect(await sentence(address)).toMatch(
      `'${address}' cannot be read: fetch failed (connect ECONNREFUSED`,
    );
  });

  it('is left when more comes than any picture has', async () => {
    const chunk = new Uint8Array(2 ** 25);
    const endless = async () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    expect(await sentence('http://example.org/endless', { fetch: endless })).toBe(
      "'http://example.org/endless' is larger than 268435456 bytes, the most that is downloaded for a picture. " +
        'Download it yourself and give its path or bytes.',
    );
  });
});

describe('pixels', () => {
  it('are passed on, four channels unless told otherwise', async () => {
    const data = Uint8Array.from({ length: 24 }, (_, i) => i);
    expect(await loadImage({ data, width: 4, height: 2, channels: 3 })).toEqual({
      data,
      width: 4,
      height: 2,
      channels: 3,
    });
    const clamped = new Uint8ClampedArray(data);
    expect(await loadImage({ data: clamped, width: 3, height: 2 })).toEqual({
      data,
      width: 3,
      height: 2,
      channels: 4,
    });
  });

  it.each<[ImageInput, string]>([
    [
      { data: new Uint8Array(5), width: 1, height: 1, channels: 5 },
      'A picture has 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels, got 5.',
    ],
    [
      { data: new Uint8Array(5), width: 2, height: 1, channels: 3 },
      'A picture of 2 × 1 pixels and 3 channels has 6 bytes, got 5.',
    ],
    [
      { data: new Uint8Array(5), width: 1.5, height: -1 },
      "A picture's width and height are whole numbers, got 1.5 and -1.",
    ],
    [
      { data: [1, 2, 3], width: 1, height: 1 } as never,
      'A picture is a path, an address, the bytes of a file, a Blob, an ImageData, canvas, image element or ImageBitmap, or ' +
        '{ data, width, height, channels } of bytes; got an object with data, width, height.',
    ],
    [
      null as never,
      'A picture is a path, an address, the bytes of a file, a Blob, an ImageData, canvas, image element or ImageBitmap, or ' +
        '{ data, width, height, channels } of bytes; got null.',
    ],
  ])('%p are refused', async (input, message) => {
    const error = await errorOf(input);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toBe(message);
  });

  it('are refused if there are none or too many', async () => {
    expect(await sentence({ data: new Uint8Array(0), width: 0, height: 4 })).toBe(
      'The picture is 0 pixels wide and 4 high: a picture needs at least one pixel.',
    );
    expect(await sentence({ data: new Uint8Array(36), width: 3, height: 3 }, { maxPixels: 8 })).toBe(
      'The picture is 3 pixels wide and 3 high, 9 pixels; the limit is 8. Scale it down first, or raise `maxPixels`.',
    );
    const error = await errorOf(FILE, { maxPixels: Number.NaN });
    expect(error.message).toBe('maxPixels must be at least 1, got NaN.');
  });
});

/** Objects with a browser's tags and only what is asked of them: Node has none of the real ones. */
describe("a browser's picture", () => {
  const scope = globalThis as { OffscreenCanvas?: unknown };
  const tagged = (tag: string, fields: object) => ({ ...fields, [Symbol.toStringTag]: tag }) as never;
  const pixels = new Uint8ClampedArray([1, 2, 3, 255, 4, 5, 6, 255]);
  beforeAll(() => {
    scope.OffscreenCanvas = class {
      getContext() {
        return { drawImage() {}, getImageData: () => ({ data: pixels }) };
      }
    };
  });
  afterAll(() => {
    delete scope.OffscreenCanvas;
  });

  it('is drawn and read', async () => {
    expect(await loadImage(tagged('ImageBitmap', { width: 2, height: 1 }))).toEqual({
      data: new Uint8Array(pixels),
      width: 2,
      height: 1,
      channels: 4,
    });
  });

  it('is read from its file where it is an element that has one', async () => {
    const element = tagged('HTMLImageElement', { currentSrc: pathToFileURL(FILE).href });
    expect((await loadImage(element)).data).toEqual((await loadImage(bytes)).data);
  });

  it('is drawn where its file cannot be had', async () => {
    const fields = {
      currentSrc: 'file:///no/such.png',
      naturalWidth: 2,
      naturalHeight: 1,
      decode: async () => {},
    };
    expect(await loadImage(tagged('HTMLImageElement', fields))).toMatchObject({
      width: 2,
      height: 1,
      channels: 4,
    });
  });

  it('is refused if the browser keeps its pixels to itself, or it is too large', async () => {
    const canvas = { width: 3, height: 3 };
    expect(await sentence(tagged('HTMLCanvasElement', canvas), { maxPixels: 8 })).toMatch(
      'The HTMLCanvasElement is 3 pixels wide and 3 high, 9 pixels; the limit is 8.',
    );
    scope.OffscreenCanvas = class {
      getContext() {
        return {
          drawImage() {},
          getImageData() {
            throw new Error('The canvas has been tainted by cross-origin data.');
          },
        };
      }
    };
    expect(await sentence(tagged('HTMLCanvasElement', canvas))).toBe(
      'The pixels of the HTMLCanvasElement cannot be read: The canvas has been tainted by cross-origin data.',
    );
  });
});

/** What an ImageError says. */
async function sentence(input: ImageInput, options?: LoadImageOptions): Promise<string> {
  const error = await errorOf(input, options);
  expect(error).toBeInstanceOf(ImageError);
  return error.message;
}

async function errorOf(input: ImageInput, options?: LoadImageOptions): Promise<Error> {
  return loadImage(input, options).then(
    () => {
      throw new Error('no error');
    },
    (error) => error,
  );
}
