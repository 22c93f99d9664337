// SPDX-License-Identifier: Apache-2.0
/** A task's call: its input is made when it is first asked for, so that no time measured includes that. */

/** @returns (size, round) => what `run` makes of the input of that size */
export function eachOnce(makeInput, run) {
  const inputs = {};
  return async (size, round) => {
    inputs[size] ??= await makeInput(size);
    return run(inputs[size], round);
  };
}
