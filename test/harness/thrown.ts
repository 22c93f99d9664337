// SPDX-License-Identifier: Apache-2.0

/** What `action` throws or rejects with, to be compared with an error of the same class: `toStrictEqual(new X('…'))`. */
export async function thrown(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
