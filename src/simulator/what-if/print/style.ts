/** The page’s looks, in light and dark; states differ in lightness too, and every bar says its own when pointed at. */
export const STYLE = `
:root { color-scheme: light dark;
  --text: #1c2024; --dim: #5f6873; --page: #ffffff; --line: #d5dae0; --box: #f4f6f8;
  --good: #18794e; --bad: #c62a2f; --loss: #c62a2f;
  --ready: #2f9e6e; --not-ready: #e8a33d; --starting: #9cc4e8; --pending: #c9d0d8; --crashing: #d6454a; --leaving: #b79ad6; --lost: #4a5058; }
@media (prefers-color-scheme: dark) { :root {
  --text: #e6e9ec; --dim: #98a2ad; --page: #14171a; --line: #343a40; --box: #1d2125;
  --good: #4cc38a; --bad: #ff6369; --loss: #ff6369;
  --ready: #2b8a60; --not-ready: #c98a2b; --starting: #4b7ba6; --pending: #4d555e; --crashing: #c43c41; --leaving: #7f62a3; --lost: #aeb6bf; } }
body { margin: 2rem auto; padding: 0 1rem; max-width: 1100px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } p { margin: .25rem 0; }
.dim { color: var(--dim); } .bad { color: var(--bad); } .good { color: var(--good); }
.badge { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: .85em; white-space: nowrap; }
.note { border-left: 3px solid var(--line); padding-left: .6rem; } .link { overflow-wrap: anywhere; }
.stuck { background: var(--box); border-left: 3px solid var(--bad); padding: .5rem .8rem; margin: .5rem 0; }
pre { margin: .4rem 0 0; padding: .5rem; overflow-x: auto; background: var(--page); border: 1px solid var(--line); }
ol > li { margin: 0 0 1rem; } .scroll { overflow-x: auto; } svg { display: block; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); } svg text.dim { fill: var(--dim); }
svg text.name { font-family: ui-monospace, monospace; }
.frame { fill: none; stroke: var(--line); } .loss { fill: var(--loss); } .s-absent { fill: none; }
.s-pending { fill: var(--pending); } .s-starting { fill: var(--starting); } .s-not-ready { fill: var(--not-ready); }
.s-ready { fill: var(--ready); } .s-crashing { fill: var(--crashing); } .s-leaving { fill: var(--leaving); } .s-lost { fill: var(--lost); }
`;
