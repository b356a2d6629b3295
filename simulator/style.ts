/** The stylesheet of all pages: the system's font, one accent colour, and light or dark as the reader likes it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ground: #f4f6f8; --ink: #1b2733; --soft: #55636f; --line: #d5dce2;
  --accent: #0b5cad; --on-accent: #ffffff; --alert: #9f1d1d; --alert-ground: #fdecec;
  --good: #14652f; --wait: #7a4b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #18212a; --ground: #10171e; --ink: #e7edf2; --soft: #a5b2bd; --line: #33414d;
    --accent: #7db8f2; --on-accent: #0b1620; --alert: #ffb4ab; --alert-ground: #43211f;
    --good: #8fd6a4; --wait: #f0c274;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 0.5rem 1rem 4rem; }
.banner { margin: 0; padding: 0.4rem 1rem; text-align: center; font-size: 0.875rem; color: var(--soft); border-bottom: 1px solid var(--line); background: var(--paper); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 0.75rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; }
p { margin: 0.5rem 0; }
a { color: var(--accent); }
dl { margin: 1rem 0; padding: 0.25rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.6rem; }
dl div { display: grid; grid-template-columns: minmax(7rem, 12rem) 1fr; gap: 0 1rem; padding: 0.5rem 0; border-top: 1px solid var(--line); }
dl div:first-child { border-top: 0; }
dt { color: var(--soft); }
a, dd, code, pre, .note { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { max-height: 18rem; overflow: auto; padding: 0.75rem; background: var(--ground); border-radius: 0.4rem; white-space: pre-wrap; }
.note { font-size: 0.875rem; color: var(--soft); }
.alert { padding: 0.75rem 1rem; border-radius: 0.6rem; color: var(--alert); background: var(--alert-ground); font-weight: 600; }
.row { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; margin: 0.5rem 0; }
button, .button {
  display: inline-block; min-height: 2.75rem; padding: 0.6rem 1rem; border: 1px solid var(--accent); border-radius: 0.5rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; line-height: 1.4; text-decoration: none; cursor: pointer;
}
button.quiet, a.button.quiet { background: transparent; color: var(--accent); }
button:hover, .button:hover { filter: brightness(1.08); text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.buyers, .messages ul { list-style: none; margin: 0.75rem 0; padding: 0; }
.buyers { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 0.6rem; }
.buyers li { display: flex; }
.buyers button { display: flex; flex-direction: column; justify-content: flex-start; width: 100%; text-align: left; background: var(--paper); color: var(--ink); border-color: var(--line); font-weight: 400; }
.buyers button:hover { border-color: var(--accent); filter: none; text-decoration: none; }
.buyers strong { color: var(--accent); }
.card { margin: 0.75rem 0; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.6rem; }
.card:target { border-color: var(--accent); }
.messages li { padding: 0.5rem 0 0.5rem 0.75rem; border-left: 3px solid var(--line); margin: 0.5rem 0; }
.messages p { margin: 0; }
.state { display: inline-block; padding: 0 0.5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: 0.8rem; font-weight: 600; color: var(--wait); }
.state.completed, .state.sent, .state.right { color: var(--good); }
.state.failed, .state.wrong, .state.denied, .state.reversed, .state.lost { color: var(--alert); }
.sums { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.5rem 0; padding: 0; font-size: 0.9rem; color: var(--soft); }
.sums strong { color: var(--ink); font-variant-numeric: tabular-nums; }
.aftermath { margin: 0.6rem 0; padding: 0.1rem 0 0.1rem 0.75rem; border-left: 3px solid var(--line); }
.aftermath h4 { margin: 0; font-size: 0.95rem; overflow-wrap: anywhere; }
.card .row { gap: 0.4rem 0.5rem; }
.card .row button { padding: 0.35rem 0.8rem; font-size: 0.9rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 0.75rem; margin: 0.75rem 0 0; }
.sides pre { max-height: none; margin: 0; }
.sides iframe { width: 100%; min-height: 20rem; border: 1px solid var(--line); border-radius: 0.4rem; background: #ffffff; }
.fields { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; margin: 0.75rem 0; }
.fields label { display: grid; gap: 0.2rem; font-size: 0.875rem; color: var(--soft); flex: 1 1 11rem; }
.fields label.check { display: flex; gap: 0.5rem; align-items: center; min-height: 2.75rem; }
input:not([type='checkbox']), select { width: 100%; min-height: 2.75rem; padding: 0.4rem 0.6rem; border: 1px solid var(--soft); border-radius: 0.5rem; background: var(--paper); color: var(--ink); font: inherit; }
input[type='checkbox'] { width: 1.25rem; height: 1.25rem; }
details { margin: 0.5rem 0; }
summary { cursor: pointer; color: var(--accent); padding: 0.35rem 0; }
@media (max-width: 32rem) {
  dl div { grid-template-columns: 1fr; }
  .buyers { grid-template-columns: 1fr; }
}
`;
