"""The look of the report: quiet, so that differences stand out; light and dark as the reader has it."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --line: #e2e2df; --text: #1d1d1b; --faint: #6a6a66;
  --equal: #4f9d69; --refused: #7a6fc2; --said: #c9962b; --carried: #9a9a94; --silent: #c8372d;
  --gone: #fbe3e1; --come: #dff3e4; --code: #f4f4f2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161615; --card: #1f1f1d; --line: #353532; --text: #ececea; --faint: #a0a09a;
    --equal: #5fb57c; --refused: #a79df0; --said: #e0b04a; --carried: #7c7c76; --silent: #f0695f;
    --gone: #4a2320; --come: #1d3f2a; --code: #282826;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 6rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.5rem; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.1rem; margin: 3rem 0 0.75rem; }
p { margin: 0.4rem 0; }
a { color: inherit; text-underline-offset: 2px; }
.faint { color: var(--faint); }
.verdict { display: flex; gap: 0.6rem; align-items: baseline; margin: 1.2rem 0; padding: 0.8rem 1rem;
  border-left: 4px solid var(--equal); background: var(--card); border-radius: 0 6px 6px 0; }
.verdict.failed { border-color: var(--silent); }
.tiles { display: grid; grid-template-columns: repeat(5, 1fr); gap: 0.75rem; }
.tile.bad b { color: var(--silent); }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.7rem 0.9rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: var(--faint); font-size: 0.85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th { text-align: left; font-weight: 500; color: var(--faint); }
th, td { padding: 0.35rem 0.8rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.strip { display: flex; flex-wrap: wrap; gap: 2px; min-width: 12rem; padding-top: 0.25rem; }
.strip > * { width: 11px; height: 14px; border-radius: 2px; background: var(--equal); opacity: 0.45; }
.strip .refused { background: var(--refused); opacity: 1; } .strip .said { background: var(--said); opacity: 1; }
.strip .carried { background: var(--carried); opacity: 1; } .strip .silent { background: var(--silent); opacity: 1; }
.legend { display: flex; flex-wrap: wrap; gap: 0.4rem 1.1rem; margin: 0.6rem 0; font-size: 0.85rem;
  color: var(--faint); }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 0.35rem; }
.cell { background: var(--card); border: 1px solid var(--line); border-radius: 6px; margin: 1rem 0; overflow: hidden; }
.cell > header { display: flex; flex-wrap: wrap; gap: 0.2rem 0.8rem; align-items: baseline; padding: 0.6rem 1rem; }
.cell > header b { font-weight: 600; }
.badge { font-size: 0.75rem; padding: 0.05rem 0.5rem; border-radius: 999px; color: var(--card);
  background: var(--carried); }
.badge.silent { background: var(--silent); } .badge.said { background: var(--said); }
.badge.refused { background: var(--refused); }
pre { margin: 0; font: 12.5px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; tab-size: 4; }
.source { background: var(--code); padding: 0.7rem 1rem; border-block: 1px solid var(--line); max-height: 24rem;
  overflow: auto; }
.place { padding: 0.7rem 1rem; border-bottom: 1px solid var(--line); }
.place:last-child { border-bottom: 0; }
.place > p { margin: 0 0 0.4rem; font-weight: 500; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.pair > div { min-width: 0; }
.pair small { display: block; color: var(--faint); margin-bottom: 0.15rem; }
.pair pre { max-height: 22rem; overflow: auto; }
.gone { background: var(--gone); border-radius: 2px; } .come { background: var(--come); border-radius: 2px; }
.absent { color: var(--faint); font-style: italic; }
.pair img { max-width: 100%; background: #fff; border: 1px solid var(--line); }
.reason { padding: 0 1rem 0.6rem; color: var(--faint); }
details > summary { cursor: pointer; padding: 0.5rem 1rem; color: var(--faint); }
@media (max-width: 44rem) {
  .tiles { grid-template-columns: 1fr 1fr; } .pair { grid-template-columns: 1fr; }
  body { padding: 1.5rem 0.9rem 4rem; }
}
"""
