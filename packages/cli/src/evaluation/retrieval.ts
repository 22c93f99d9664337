// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip evaluate retrieval`, once its options are read. */
import { evaluateRetrieval, openDataset } from '@tfjs-clip/training';
import { failIfAny, imageOptions } from '../commands/options.js';
import { retrievalJSON, retrievalTable } from '../render/evaluation.js';
import type { Terminal } from '../terminal.js';
import type { EvaluationFlags } from './flags.js';
import { openModel } from './openModel.js';
import { StageProgress } from './progress.js';

export interface RetrievalFlags extends EvaluationFlags {
  captionColumn?: string;
  mergeCaptions?: boolean;
}

const STAGES = { pictures: 'reading pictures', texts: 'reading captions', ranking: 'ranking' } as const;

export async function runRetrieval(place: string, flags: RetrievalFlags, terminal: Terminal): Promise<void> {
  const { imageColumn, captionColumn, imageRoot, split, at, batchSize, mergeCaptions, truncation } = flags;
  const dataset = await openDataset(place, { imageColumn, captionColumn, imageRoot, split });
  terminal.remark(`dataset: ${place}: ${dataset.describe()}`);
  const { backend, model, processor } = await openModel(flags, terminal);
  const progress = new StageProgress(terminal.statusLine);
  let broken = 0;
  try {
    const result = await evaluateRetrieval(model, processor, dataset, {
      ...{ batchSize, mergeCaptions, truncation, recallAt: at, imageOptions: imageOptions(flags) },
      onProgress: (stage, done, total) => progress.update(STAGES[stage], done, total),
      onBroken({ key, problem }) {
        terminal.error(`${key}: ${problem}`);
        broken++;
      },
    });
    progress.end();
    if (result.repeatedCaptions > 0 && !mergeCaptions) {
      const count =
        result.repeatedCaptions === 1 ? '1 caption is' : `${result.repeatedCaptions} captions are`;
      terminal.remark(
        `note: ${count} the same as another picture's, and each finds its own picture only; --merge-captions lets ` +
          'it find all of them',
      );
    }
    terminal.out(
      flags.json ? retrievalJSON({ model: flags.model, backend }, result) : retrievalTable(result, at),
    );
    failIfAny(broken, result.pictures);
  } finally {
    progress.end();
    model.dispose();
  }
}
