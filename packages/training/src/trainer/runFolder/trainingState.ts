// SPDX-License-Identifier: Apache-2.0
/** training_state.safetensors: what the next step depends on, to the bit. */
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader, saveSafetensors } from '@tfjs-clip/safetensors';

export async function writeTensors(file: string, tensors: ReadonlyMap<string, tf.Tensor>): Promise<void> {
  await saveSafetensors(
    file,
    [...tensors].map(([name, tensor]) => ({
      name,
      dtype: 'F32',
      shape: tensor.shape,
      data: async () => (await tensor.data()) as Float32Array,
    })),
  );
}

/** The caller's to dispose; after an error there are none. */
export async function readTensors(file: string): Promise<Map<string, tf.Tensor>> {
  const reader = await SafetensorsReader.open(await openSource(file));
  const tensors = new Map<string, tf.Tensor>();
  try {
    for (const name of reader.names()) {
      tensors.set(name, tf.tensor(await reader.float32(name), reader.info(name).shape));
    }
    return tensors;
  } catch (error) {
    tf.dispose([...tensors.values()]);
    throw error;
  } finally {
    await reader.close();
  }
}
