// SPDX-License-Identifier: Apache-2.0
/** Every TypeScript example of the documents compiles against what is published. Needs a build. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '../..');
const folder = path.join(root, 'test/readme/.cache');

/** What an example may take as given, as the text around it does. */
const GIVEN: Record<string, string> = {
  model: "import('tfjs-clip').TFCLIPModel",
  processor: "import('tfjs-clip').CLIPProcessor",
  inputs: "import('tfjs-clip').CLIPInputs",
  inputIds: "import('@tensorflow/tfjs').Tensor2D",
  attentionMask: "import('@tensorflow/tfjs').Tensor2D",
  pixelValues: "import('@tensorflow/tfjs').Tensor4D",
  kernelFunc: "import('@tensorflow/tfjs').KernelFunc",
  file: 'File',
};

it('the examples of all documents compile', async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const examples = (await Promise.all((await documents()).map(examplesOf))).flat();
  expect(examples.length).toBeGreaterThan(10);
  await Promise.all(examples.map(({ name, code }) => writeFile(path.join(folder, name), asModule(code))));
  await writeFile(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../tsconfig.base.json',
      compilerOptions: { noEmit: true, noUnusedLocals: false, customConditions: [], types: ['node'] },
      include: ['*.ts'],
    }),
  );
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const result = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  expect(result.stdout).toBe('');
  await rm(folder, { recursive: true, force: true });
});

async function documents(): Promise<string[]> {
  const inDocs = await readdir(path.join(root, 'docs'), { recursive: true });
  const docs = inDocs.filter((name) => name.endsWith('.md'));
  const packages = (await readdir(path.join(root, 'packages'))).map((name) => `packages/${name}/README.md`);
  return ['README.md', ...docs.map((name) => `docs/${name}`), ...packages, 'weights-converter/README.md'];
}

async function examplesOf(document: string): Promise<{ name: string; code: string }[]> {
  const text = await readFile(path.join(root, document), 'utf8');
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)];
  const stem = document.replace(/\W/g, '-');
  return blocks.map(([, code], i) => ({ name: `${stem}-${i + 1}.ts`, code }));
}

function asModule(code: string): string {
  const given = Object.entries(GIVEN)
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(code))
    .filter(([name]) => !new RegExp(`(?:const|let) (?:\\{[^}]*\\b)?${name}\\b`).test(code))
    .map(([name, type]) => `declare const ${name}: ${type};`);
  return [...given, code, 'export {};'].join('\n');
}
