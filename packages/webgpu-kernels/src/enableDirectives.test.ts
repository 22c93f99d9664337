// SPDX-License-Identifier: Apache-2.0
import { directivesFirst } from './enableDirectives.js';

it('directives come first, each once, and nothing else moves', () => {
  const code =
    'struct A { x : f32 };\nenable f16;\nfn f() {}\n  enable subgroups, f16;\nenable f16;\nfn main() {}';
  expect(directivesFirst(code)).toBe(
    'enable f16;\nenable subgroups, f16;\nstruct A { x : f32 };\n\nfn f() {}\n\n\nfn main() {}',
  );
});

it('a shader without directives stays as it is', () => {
  const code = 'fn main() { let enabled = 1; }';
  expect(directivesFirst(code)).toBe(code);
});
