// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type SimilaritySoftmaxInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { reader } from '../wgsl/matrix.js';
import { chooseSummation, type Summation, WORKGROUP_INDEX } from '../wgsl/workgroup.js';

/**
 * softmax(images · textsᵀ · exp(logitScale)) over the texts. A workgroup a picture, a thread every so many texts: it writes
 * their logits, and when the largest and the sum are known makes probabilities of what it wrote.
 */
class SimilaritySoftmaxProgram extends FusedProgram {
  constructor(
    images: number,
    texts: number,
    private readonly width: number,
    private readonly summation: Summation,
    limits: GPUSupportedLimits,
  ) {
    const components = componentsFor(width);
    super(
      {
        inputs: { texts: components, images: components, logitScale: 1 },
        outputComponents: 1,
        integers: { images, texts, width },
        workgroupSize: [summation.threads, 1, 1],
        workgroups: images,
        constants: [],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { threads, wgsl } = this.summation;
    const matrix = { columns: 'uniforms.width', components: componentsFor(this.width) };
    const forEachText = `for (var text = i32(localId.x); text < uniforms.texts; text = text + ${threads})`;
    return `
    ${wgsl}
    ${reader('imageAt', { array: 'images', ...matrix })}
    ${reader('textAt', { array: 'texts', ...matrix })}

    fn main() {
      let index = ${WORKGROUP_INDEX};
      let image = min(index, uniforms.images - 1); // Barriers need every workgroup.
      let isOurs = index < uniforms.images;
      let scale = exp(logitScale[0]);
      var largest = -3.0e38;
      ${forEachText} {
        var products = vec4<f32>(0.0);
        for (var k = 0; k < uniforms.width; k = k + 4) {
          products = fma(imageAt(image, k), textAt(text, k), products);
        }
        let logit = scale * dot(products, vec4<f32>(1.0));
        largest = max(largest, logit);
        if (isOurs) { result[image * uniforms.texts + text] = logit; }
      }
      let top = maximumOfWorkgroup(largest);
      var sum = 0.0;
      ${forEachText} { sum = sum + exp(result[image * uniforms.texts + text] - top); }
      let total = sumOfWorkgroup(sum);
      if (isOurs) {
        ${forEachText} {
          let at = image * uniforms.texts + text;
          result[at] = exp(result[at] - top) / total;
        }
      }
    }`;
  }
}

export const similaritySoftmax = fusedKernel<SimilaritySoftmaxInputs>(
  CLIPKernel.SimilaritySoftmax,
  (backend, { texts, images, logitScale }) => {
    const [[rows, width], columns] = [images.shape, texts.shape[0]];
    const { device } = backend;
    const summation = chooseSummation(device, 64);
    const program = new SimilaritySoftmaxProgram(rows, columns, width, summation, device.limits);
    return program.run(backend, [texts, images, logitScale], [rows, columns]);
  },
);
