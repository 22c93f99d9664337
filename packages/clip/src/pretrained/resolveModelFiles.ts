// SPDX-License-Identifier: Apache-2.0
/** From what a user names (a folder, a file, a web address, 'emoji-clip', a Hugging Face id) to the files of the model. */
import { localFiles } from '#platform';
import { InvalidArgumentError, ModelNotFoundError } from '../errors.js';
import { emojiClipFiles, folderFiles, singleFile, webFiles } from './fileSources.js';
import { hubFiles } from './hub/hubFiles.js';
import type { ModelFiles, PretrainedOptions } from './modelFiles.js';
import { ProgressReport, withProgress } from './progress.js';

const HUB_ID = /^[\w.-]+\/[\w.-]+$/;
const WEIGHTS = /\.(?:safetensors|bin|pt|pth|h5|msgpack)(?:\.index\.json)?$/i;
const SUBFOLDER = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\/:?#][^\\:?#]*$/;

/**
 * A folder of that name comes before everything else.
 *
 * @throws ModelNotFoundError if nothing of that name can be a model, InvalidArgumentError for what is no name
 */
export async function resolveModelFiles(
  idOrPath: string | URL,
  options: PretrainedOptions = {},
): Promise<ModelFiles> {
  checkNames(idOrPath, options);
  const name = String(idOrPath);
  const report = options.progressCallback && new ProgressReport(name, options.progressCallback);
  const files = await directFiles(idOrPath, options);
  if (files) return report ? withProgress(files, report) : files;
  if (HUB_ID.test(name) && !name.startsWith('.')) return hubFiles(name, options, report);
  throw new ModelNotFoundError(
    `There is no model '${name}': no such folder; give a folder, a web address, a Hugging Face id such as ` +
      `'openai/clip-vit-base-patch32', or 'emoji-clip'.`,
  );
}

async function directFiles(idOrPath: string | URL, options: PretrainedOptions): Promise<ModelFiles | null> {
  const name = String(idOrPath);
  const { subfolder = '' } = options;
  if (/^https?:/i.test(name)) return webFiles(name, subfolder, options);
  const kind = await localFiles.kindOf(idOrPath);
  if (kind === 'folder') return folderFiles(name, subfolder);
  if (kind === 'file' && WEIGHTS.test(name)) return singleFile(name);
  if (kind !== null) {
    throw new ModelNotFoundError(
      `${name} is no file of weights; give one, or the folder that holds config.json and model.safetensors.`,
    );
  }
  return name === 'emoji-clip' ? emojiClipFiles() : null;
}

function checkNames(idOrPath: unknown, { subfolder }: PretrainedOptions): void {
  if (!(idOrPath instanceof URL) && (typeof idOrPath !== 'string' || idOrPath === '')) {
    throw new InvalidArgumentError(
      `A model is named by a folder, a web address or an id, got ${idOrPath === '' ? 'an empty string' : String(idOrPath)}.`,
    );
  }
  if (subfolder === undefined || SUBFOLDER.test(subfolder)) return;
  throw new InvalidArgumentError(
    `subfolder '${subfolder}' must be a folder within the model, such as 'image_encoder'.`,
  );
}
