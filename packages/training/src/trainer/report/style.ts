// SPDX-License-Identifier: Apache-2.0
/** Of the report, in light and in dark. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --faint: #697077; --grid: #e4e7ea; --line: #0b62d6; --good: #13773b; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ea; --faint: #9aa3ab; --grid: #31363b; --line: #6cb0ff; --good: #6fd394; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; } figcaption { font-weight: 600; } small { font-weight: 400; color: var(--faint); }
svg { width: 100%; height: auto; font-size: 12px; } svg text { fill: var(--faint); }
path { fill: none; stroke-width: 1.8; stroke-linejoin: round; } .grid { stroke: var(--grid); stroke-width: 1; }
.line0 { stroke: var(--line); } circle.line0 { fill: var(--line); } path.band0 { fill: var(--line); opacity: 0.18; }
.reference { stroke: var(--faint); stroke-dasharray: 5 4; }
.key { display: inline-block; width: 1.4em; border-top: 2px solid var(--line); vertical-align: middle; margin: 0 0.3em 0 0.8em; }
.key.reference { border-top: 2px dashed var(--faint); }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: 0.35rem 1.2rem 0.35rem 0; }
tr { border-top: 1px solid var(--grid); } th { font-weight: 500; color: var(--faint); }
td { overflow-wrap: anywhere; } td img { width: 96px; border-radius: 6px; } ol { margin: 0; padding-left: 1.2rem; }
.right { color: var(--good); font-weight: 600; } meter { width: 6rem; vertical-align: middle; }
`;
