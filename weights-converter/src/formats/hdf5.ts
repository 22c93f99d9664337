// SPDX-License-Identifier: Apache-2.0
/** tf_model.h5: what Keras 2's save_weights writes, each variable a dataset named by its path. */
import { readExactlyInto, storedTensor } from '../bytes.js';
import type { CheckpointFormat } from '../checkpoint.js';
import { HDF5_SIGNATURE, readDatasets } from './hdf5File.js';

export const hdf5Format: CheckpointFormat = {
  name: 'hdf5',
  files: ['tf_model.h5', 'tf_model.h5.index.json'],
  index: /\.h5\.index\.json$/,
  recognizes: (start) => HDF5_SIGNATURE.every((byte, i) => start[i] === byte),
  async open(source) {
    try {
      const datasets = await readDatasets(source);
      const tensors = datasets.map(({ path, dtype, shape, offset }) => {
        const readInto = (from: number, target: Uint8Array) => readExactlyInto(source, offset + from, target);
        return storedTensor({ name: path, dtype, shape, readInto });
      });
      return { metadata: {}, tensors, close: () => source.close() };
    } catch (error) {
      await source.close();
      throw error;
    }
  },
};
