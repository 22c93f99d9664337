// SPDX-License-Identifier: Apache-2.0
/** Which backend a page gets: of those that it has imported the fastest one that the browser can run. */
import path from 'node:path';
import type { BackendOptions } from 'tfjs-clip';
import { openPage } from '../webgpu/openPage.js';
import type { Choose, Outcome } from './backendPage.js';
import { describeInChromium } from './chromium.js';

const wasmFiles = path.resolve(__dirname, '../../node_modules/@tensorflow/tfjs-backend-wasm/dist');
const softwareWebGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const noWebGL = ['--disable-gpu', '--disable-software-rasterizer'];
/** Pages that are neither from localhost nor served by https have no WebGPU. */
const insecure = ['--host-resolver-rules=MAP insecure.test 127.0.0.1'];
const on = (name: string): Outcome => ({ backend: name, tfName: name, value: 40, tensors: 0 });

declare const choose: Choose;

describeInChromium('a page', () => {
  it('with a software adapter gets webgl, and webgpu if it asks for it', async () => {
    const { outcomes, warnings } = await chooseOn(softwareWebGPU, [{}, {}, { backend: 'webgpu' }]);
    expect(outcomes).toEqual([on('webgl'), on('webgl'), on('webgpu')]);
    expect(warnings).toEqual([
      'tfjs-clip: Backend webgpu is passed over: Its only adapter computes on the processor, more slowly than other ' +
        'backends do. Ask for webgpu to use it all the same.',
    ]);
  });

  it('without an adapter gets webgl, with one warning', async () => {
    const { outcomes, warnings } = await chooseOn([], [{}, {}, { backend: 'webgpu' }]);
    const reason = 'There is no graphics card with a driver that WebGPU can use.';
    expect(outcomes).toEqual([
      on('webgl'),
      on('webgl'),
      { error: `Backend webgpu does not start: ${reason}` },
    ]);
    expect(warnings).toEqual([`tfjs-clip: Backend webgpu is passed over: ${reason}`]);
  });

  it('without WebGPU and WebGL gets wasm without a word, and errors that say what it takes', async () => {
    const asked = [{}, { backend: 'webgpu' }, { backend: 'webgl' }, { backend: 'tfjs-node' }] as const;
    const { outcomes, warnings } = await chooseOn([...noWebGL, ...insecure], asked, 'insecure.test');
    const orNone = 'or name no backend to use the fastest one there is.';
    expect(outcomes).toEqual([
      on('wasm'),
      {
        error: `Backend webgpu is not there: import @tfjs-clip/webgpu-kernels, in a browser with WebGPU and a page served by https, ${orNone}`,
      },
      {
        error: `Backend webgl is not there: open the page in a browser with WebGL and a graphics card, ${orNone}`,
      },
      { error: 'backend is "tfjs-node", but here must be one of "webgpu", "webgl", "wasm", "cpu".' },
    ]);
    expect(warnings).toEqual([]);
  });
});

/** What a page gets that chooses with these options, one after the other, and what we say on its console. */
async function chooseOn(flags: string[], options: readonly BackendOptions[], host = '127.0.0.1') {
  const folders = { '/wasm/': wasmFiles };
  const { page, address, close } = await openPage('../browser/backendPage.ts', folders, flags);
  try {
    await page.goto(`${address.replace('127.0.0.1', host)}/index.html`);
    await page.waitForFunction('globalThis.choose');
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.text().startsWith('tfjs-clip:')) warnings.push(message.text());
    });
    const outcomes = [];
    for (const each of options) outcomes.push(await page.evaluate((given) => choose(given), each));
    return { outcomes, warnings };
  } finally {
    await close();
  }
}
