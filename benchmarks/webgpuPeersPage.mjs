// SPDX-License-Identifier: Apache-2.0
/** What webgpuPeers.mjs calls in its page: a tower in three engines, each asked for one measurement at a time. */
import * as tf from '@tensorflow/tfjs';
import { TFCLIPTextModelWithProjection, TFCLIPVisionModelWithProjection } from 'tfjs-clip';
import { CLIPKernel } from 'tfjs-clip/ops';
import { useKernels } from './webgpuSwitch.mjs';

/** Of one measurement: fast calls are repeated until so many milliseconds have passed. */
const MEASURE_MS = 200;
/** A device is large enough for a matrix product when that takes so many milliseconds. */
const LARGE_MS = 250;

const engines = { 'tfjs-clip': fused, 'tfjs alone': composed, 'onnxruntime-web': onnx };
let calls = {};
let release = () => {};

/**
 * Loads a tower into all engines, and calls each once.
 *
 * @param {{tower: 'vision' | 'text', model: string, onnx: string, ort: string, shape: number[], end: number}} given
 *   addresses; the inputs' shape; of texts the id that ends them
 * @returns {Promise<{engine: string, first: number, output: number[]}[]>} `first` in ms
 */
async function prepare(given) {
  release();
  if (!(await tf.setBackend('webgpu'))) throw new Error('There is no WebGPU here.');
  const values = inputValues(given);
  const model = await towerClass(given.tower).fromPretrained(given.model);
  for (const weight of model.namedWeights().values()) tf.backend().uploadToGPU(weight.dataId); // as a session does
  const session = await createSession(given);
  release = () => {
    model.dispose();
    session.release();
  };
  const results = [];
  calls = {};
  for (const [engine, make] of Object.entries(engines)) {
    calls[engine] = make({ ...given, values, model, session });
    const started = performance.now();
    const output = await calls[engine]();
    results.push({ engine, first: performance.now() - started, output: [...output] });
  }
  return results;
}

/** Milliseconds of a call: the median of as many as fit in. */
async function measure(engine) {
  const samples = [];
  const end = performance.now() + MEASURE_MS;
  do {
    const started = performance.now();
    await calls[engine]();
    samples.push(performance.now() - started);
  } while (performance.now() < end);
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}

/** The adapter, and GFLOP/s of the fastest product of square float32 matrices on it, by tfjs or by our linear layer. */
async function describeDevice() {
  await tf.setBackend('webgpu');
  useKernels(true);
  const { vendor, architecture, description } = tf.backend().adapterInfo;
  const linear = (x, kernel) => tf.engine().runKernel(CLIPKernel.Linear, { x, kernel }, { activation: null });
  let peak = 0;
  for (let size = 256, fastest = 0; size <= 4096 && fastest < LARGE_MS; size *= 2) {
    const [a, b] = [tf.randomUniform([size, size], -1, 1), tf.randomUniform([size, size], -1, 1)];
    const times = [];
    for (const product of [tf.matMul, linear, tf.matMul, linear, tf.matMul, linear]) {
      times.push(await timeProduct(() => product(a, b)));
    }
    fastest = Math.min(...times);
    peak = Math.max(peak, (2 * size ** 3) / fastest / 1e6);
    tf.dispose([a, b]);
  }
  return { adapter: [vendor, architecture, description].filter(Boolean).join(' '), peak };
}

/** Only a corner is read back, so that the device's own time counts. */
async function timeProduct(product) {
  const started = performance.now();
  const corner = tf.tidy(() => tf.slice(product(), [0, 0], [1, 1]));
  await corner.data();
  corner.dispose();
  return performance.now() - started;
}

function towerClass(tower) {
  return tower === 'vision' ? TFCLIPVisionModelWithProjection : TFCLIPTextModelWithProjection;
}

/** Pictures of waves, or texts of random ids that fill the whole context. */
function inputValues({ tower, shape, end }) {
  const length = shape.reduce((product, size) => product * size);
  if (tower === 'vision') return Float32Array.from({ length }, (_, i) => 2 * Math.sin(i * i));
  const [, sequence] = shape;
  return Int32Array.from({ length }, (_, i) => (i % sequence === sequence - 1 ? end : (i * 7919) % end));
}

function fused(given) {
  return withTensors(given, true);
}

function composed(given) {
  return withTensors(given, false);
}

/** Inputs are uploaded and outputs read in each call, by all engines. */
function withTensors({ tower, model, values, shape }, hasKernels) {
  return async () => {
    useKernels(hasKernels);
    const output = tf.tidy(() =>
      tower === 'vision'
        ? model.call({ pixelValues: tf.tensor4d(values, shape) }).imageEmbeds
        : model.call({ inputIds: tf.tensor2d(values, shape, 'int32') }).textEmbeds,
    );
    const numbers = await output.data();
    output.dispose();
    return numbers;
  };
}

/** Shapes are made static, which lets onnxruntime plan ahead. */
async function createSession({ ort: address, onnx: file, shape: [batch, sequence] }) {
  const ort = await import(/* @vite-ignore */ address);
  ort.env.wasm.numThreads = 1; // The processor only hands out work to the device.
  ort.env.logLevel = 'error';
  return ort.InferenceSession.create(file, {
    executionProviders: ['webgpu'],
    freeDimensionOverrides: { batch, sequence },
    logSeverityLevel: 3,
  });
}

function onnx({ tower, session, values, shape, ort: address }) {
  return async () => {
    const { Tensor } = await import(/* @vite-ignore */ address);
    const feeds =
      tower === 'vision'
        ? { pixel_values: new Tensor('float32', values, shape) }
        : { input_ids: new Tensor('int64', BigInt64Array.from(values, BigInt), shape) };
    const [output] = Object.values(await session.run(feeds));
    return output.data;
  };
}

Object.assign(globalThis, { prepare, measure, describeDevice });
