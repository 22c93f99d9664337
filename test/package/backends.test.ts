// SPDX-License-Identifier: Apache-2.0
/** Which backend a program in Node gets, by what is installed beside it. Needs a build. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BackendOptions } from 'tfjs-clip';
import { Installation, root } from './installation.js';

const NODE = '@tensorflow/tfjs-node';
const NODE_GPU = '@tensorflow/tfjs-node-gpu';
const WASM = '@tensorflow/tfjs-backend-wasm';
/** Where a package is installed for us. */
const sourceOf = (name: string) => realpathSync(path.join(root, 'node_modules', name));
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';

let project: Installation;

beforeAll(async () => {
  project = await Installation.create(['@tensorflow/tfjs', '@tensorflow/tfjs-core', WASM, 'webgpu']);
});

afterAll(() => project?.remove());

describe('webgpu', () => {
  it('without a graphics card is passed over with one warning, and is an error if asked for', async () => {
    const outcomes = await choose([{}, {}, { backend: 'webgpu' }], { VK_ICD_FILENAMES: '/nowhere.json' });
    const reason = 'There is no graphics card with a driver that WebGPU can use.';
    expect(outcomes).toEqual([
      { ...onWasm, warnings: [`Backend webgpu is passed over: ${reason}`] },
      { ...onWasm, warnings: [] },
      { error: `BackendError: Backend webgpu does not start: ${reason}`, warnings: [] },
    ]);
  });

  itOnSwiftShader('on a software adapter is taken only if asked for, with our kernels', async () => {
    const outcomes = await choose([{}, {}, { backend: 'webgpu' }], { VK_ICD_FILENAMES: swiftShader });
    const warning =
      'Backend webgpu is passed over: Its only adapter computes on the processor, more slowly than other backends do. ' +
      'Ask for webgpu to use it all the same.';
    expect(outcomes).toEqual([
      { ...onWasm, warnings: [warning] },
      { ...onWasm, warnings: [] },
      { backend: 'webgpu', tfName: 'webgpu', value: 40, hasKernels: true, warnings: [] },
    ]);
  });

  itOnSwiftShader('that is imported too early is an error that says so', async () => {
    const env = { VK_ICD_FILENAMES: swiftShader, NODE_OPTIONS: '--import=@tfjs-clip/webgpu-kernels' };
    const error =
      'BackendError: Backend webgpu does not start: @tensorflow/tfjs-backend-webgpu was imported before there was a ' +
      'navigator.gpu. Import it, and @tfjs-clip/webgpu-kernels, after useBackend().';
    expect(await choose([{ backend: 'webgpu' }], env)).toEqual([{ error, warnings: [] }]);
  });

  it('that is not installed is not missed; if asked for, the error says what to install', async () => {
    await project.uninstall('webgpu');
    expect(await choose([{}, { backend: 'webgpu' }])).toEqual([
      { ...onWasm, warnings: [] },
      {
        error:
          'BackendError: Backend webgpu is not there: install it (npm install webgpu ' +
          '@tensorflow/tfjs-backend-webgpu@4.22.0 @tfjs-clip/webgpu-kernels), or name no backend to use the fastest ' +
          'one there is.',
        warnings: [],
      },
    ]);
  });
});

describe('a package', () => {
  it('may be that of a program which requires', async () => {
    expect((await project.node('backend.cjs')).trim()).toBe('wasm');
  });

  it('that does not start is passed over with one warning, and is an error if asked for', async () => {
    await project.uninstall(WASM);
    const isCode = (file: string) => !file.endsWith('.wasm');
    await cp(sourceOf(WASM), project.placeOf(WASM), { recursive: true, filter: isCode });
    const reason = `tf.setBackend('wasm') failed. Try: npm install ${WASM}@4.22.0.`;
    expect(await choose([{}, { backend: 'wasm' }])).toEqual([
      { ...onCPU, warnings: [`Backend wasm is passed over: ${reason}`] },
      { error: `BackendError: Backend wasm does not start: ${reason}`, warnings: [] },
    ]);
  });

  it('is found where the program runs, if not beside ours, in our version of tfjs; kernels need it beside them', async () => {
    await project.uninstall(WASM);
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'tfjs-clip-elsewhere-'));
    await mkdir(path.join(elsewhere, 'node_modules/@tensorflow'), { recursive: true });
    await symlink(sourceOf(WASM), path.join(elsewhere, 'node_modules', WASM), 'junction');
    expect(await choose([{}])).toEqual([{ ...onCPU, warnings: [] }]);
    const warning =
      "@tfjs-clip/wasm-kernels cannot be used, so wasm computes without it, more slowly: Cannot find package '" +
      `${WASM}' imported from ${project.placeOf('@tfjs-clip/wasm-kernels')}/dist/esm/index.js.`;
    expect(await choose([{}, {}], {}, elsewhere)).toEqual([
      { ...onWasm, hasKernels: false, warnings: [warning] },
      { ...onWasm, hasKernels: false, warnings: [] },
    ]);
    const manifest = JSON.stringify({ name: WASM, version: '4.21.0', main: 'package.json' });
    await rm(path.join(elsewhere, 'node_modules', WASM));
    await mkdir(path.join(elsewhere, 'node_modules', WASM));
    await writeFile(path.join(elsewhere, 'node_modules', WASM, 'package.json'), manifest);
    expect(await choose([{}], {}, elsewhere)).toEqual([{ ...onCPU, warnings: [] }]);
    await rm(elsewhere, { recursive: true });
  });
});

describeWithTensorFlow('TensorFlow', () => {
  const onTensorFlow = { tfName: 'tensorflow', value: 40, hasKernels: true };

  it('comes before webgpu and wasm', async () => {
    for (const name of ['webgpu', WASM, NODE]) await project.add(name);
    expect(await choose([{}])).toEqual([{ ...onTensorFlow, backend: 'tfjs-node', warnings: [] }]);
  });

  it('for graphics cards comes first, and tells if it finds none', async () => {
    await installAsForGPU();
    await symlink(path.join(sourceOf(NODE), 'lib'), path.join(project.placeOf(NODE_GPU), 'lib'), 'junction');
    const warning =
      'Backend tfjs-node-gpu found no graphics card and computes on the processor. It needs one of NVIDIA, with CUDA ' +
      '11.2 and cuDNN 8.1; TF_CPP_MIN_LOG_LEVEL=0 in the environment shows what it looks for.';
    expect(await choose([{}, {}])).toEqual([
      { ...onTensorFlow, backend: 'tfjs-node-gpu', warnings: [warning] },
      { ...onTensorFlow, backend: 'tfjs-node-gpu', warnings: [] },
    ]);
  });

  it('whose binary is not there is passed over, and the warning says how to build it', async () => {
    await rm(path.join(project.placeOf(NODE_GPU), 'lib'));
    const reason =
      /^Backend tfjs-node-gpu is passed over: The Node.js native addon module .* Try: npm rebuild @tensorflow\/tfjs-node-gpu --build-addon-from-source\.$/;
    expect(await choose([{}])).toEqual([
      { ...onTensorFlow, backend: 'tfjs-node', warnings: [expect.stringMatching(reason)] },
    ]);
  });
});

interface Outcome {
  backend?: string;
  tfName?: string;
  /** Of a product whose elements are 40. */
  value?: number;
  /** Whether our kernels for it are registered. */
  hasKernels?: boolean;
  error?: string;
  warnings: string[];
}

const onWasm = { backend: 'wasm', tfName: 'wasm', value: 40, hasKernels: true };
const onCPU = { backend: 'cpu', tfName: 'cpu', value: 40, hasKernels: false };

/** What a program gets that chooses with these options, one after the other, on one copy of tfjs. */
async function choose(
  options: BackendOptions[],
  env: Record<string, string> = {},
  cwd = project.folder,
): Promise<Outcome[]> {
  const program = path.join(project.folder, 'backend.mjs');
  const args = options.map((each) => JSON.stringify(each));
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...env },
  });
  const { outcomes, copies } = JSON.parse(stdout);
  expect(copies).toBe(1);
  return outcomes;
}

/** To those who load it, the package for graphics cards differs by its name only. Without its binary. */
async function installAsForGPU(): Promise<void> {
  const place = project.placeOf(NODE_GPU);
  const source = sourceOf(NODE);
  const isCode = (file: string) => file !== path.join(source, 'lib');
  await cp(source, place, { recursive: true, filter: isCode });
  const manifest = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8'));
  await writeFile(path.join(place, 'package.json'), JSON.stringify({ ...manifest, name: NODE_GPU }));
  for (const needed of Object.keys(manifest.dependencies)) {
    if (!existsSync(project.placeOf(needed))) await project.add(needed);
  }
}

function itOnSwiftShader(name: string, test: () => Promise<void>): void {
  const canRun = existsSync(swiftShader) || Boolean(process.env.CI);
  if (!canRun)
    console.warn(`Skipped: webgpu ${name}. Install chromium, for its SwiftShader, and libvulkan1.`);
  (canRun ? it : it.skip)(name, test);
}

function describeWithTensorFlow(name: string, suite: () => void): void {
  const canRun = existsSync(path.join(root, 'node_modules', NODE));
  if (!canRun) console.warn(`Skipped: ${name}. ${NODE} is not installed.`);
  (canRun ? describe : describe.skip)(name, suite);
}
