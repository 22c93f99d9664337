// SPDX-License-Identifier: Apache-2.0
import { unescapeHTML } from './unescapeHTML.js';

// What html.unescape of Python 3.11 makes of these.
it.each([
  ['&amp; &amp &ampx &AMP;', '& & &x &'],
  ['&notit; &notin; &notx', '¬it; ∉ ¬x'],
  ['&CounterClockwiseContourIntegral;', '∳'],
  ['&#65; &#65 &#x41; &#X41x', 'A A A Ax'],
  ['&#128; &#x9f; &#129;', '€ Ÿ \x81'],
  ['&#0; &#xd800; &#x110000; &#99999999999999999999;', '\ufffd \ufffd \ufffd \ufffd'],
  ['[&#1;&#11;&#x1f;&#127;&#xfffe;&#xfdd0;&#x10ffff;]', '[]'],
  ['&#9;&#10;&#12;&#13;', '\t\n\f\r'],
  ['&nosuch; & && &; &# &#x;', '&nosuch; & && &; &# &#x;'],
  ['&NotEqualTilde;&fjlig;', '≂̸fj'],
])('%j → %j', (text, unescaped) => {
  expect(unescapeHTML(text)).toBe(unescaped);
});
