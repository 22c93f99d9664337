// SPDX-License-Identifier: Apache-2.0
/**
 * Compiles a package's assembly/ (AssemblyScript) to WebAssembly, once for each target in its asconfig.json:
 * src/generated/<target>.ts exports the module's bytes in base64. Nothing is compiled while assembly/ is older.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Does nothing for a package without AssemblyScript. */
export async function compileAssembly(directory) {
  const configuration = path.join(directory, 'asconfig.json');
  if (!existsSync(configuration)) return;
  const folder = path.join(directory, 'src/generated');
  const newest = lastChange([
    configuration,
    import.meta.filename,
    ...filesIn(path.join(directory, 'assembly')),
  ]);
  for (const target of Object.keys(JSON.parse(readFileSync(configuration, 'utf8')).targets)) {
    const file = path.join(folder, `${target}.ts`);
    if (existsSync(file) && lastChange([file]) > newest) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, asModule(target, await compile(directory, target)));
  }
}

/** @returns the bytes of the WebAssembly module */
async function compile(directory, target) {
  const { main } = await import('assemblyscript/asc'); // a second that a build without it need not wait
  let bytes;
  const flags = ['--baseDir', directory, '--config', 'asconfig.json', '--target', target];
  const { error, stderr } = await main([...flags, '--outFile', 'module.wasm'], {
    writeFile: (_name, contents) => {
      bytes = contents;
    },
  });
  if (error) throw new Error(`${directory}/assembly does not compile.\n${stderr.toString()}`);
  return bytes;
}

function asModule(target, bytes) {
  return `// SPDX-License-Identifier: Apache-2.0
/** assembly/ as WebAssembly in base64, made by tools/assembly.mjs. */
export const ${target} =
  '${Buffer.from(bytes).toString('base64')}';
`;
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));
}

/** Folders count too: a file that was removed is a change. */
function lastChange(files) {
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
