import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One line of an example in docs/runbook.md; what the words mean is said at its top. */
export type Step =
  | { readonly verb: 'asked'; readonly gateway: string; readonly over: string }
  | { readonly verb: 'payer'; readonly name: string; readonly over: string }
  | { readonly verb: 'until'; readonly status: string }
  | { readonly verb: 'simulator' | 'api'; readonly method: string; readonly path: string; readonly body: string };

/** What the runbook says of one attention code. */
export interface Section {
  readonly code: string;
  readonly text: string;
  /** The steps that raise it, and those that end it; null where the section has no such block. */
  readonly raise: readonly Step[] | null;
  readonly end: readonly Step[] | null;
  /** It stays, by the section's own word. */
  readonly stays: boolean;
  /** The test that proves what no short command can raise. */
  readonly provedBy: { readonly name: string; readonly file: string } | null;
}

export function readRunbook(): readonly Section[] {
  const markdown = readFileSync(path.resolve(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
  return markdown
    .split(/^## (?=`)/m)
    .slice(1)
    .map(readSection);
}

function readSection(text: string): Section {
  const code = /^`(\w+)`$/m.exec(text)?.[1];
  if (code === undefined) throw new Error(`a section of the runbook is about no code: ${text.slice(0, 60)}`);
  const [, name, file] =
    /^Not tried here; proved by "(.+)" \(\[[\w.-]+\]\(\.\.\/(test\/[\w./-]+)\)\)\.$/m.exec(text) ?? [];
  return {
    code,
    text,
    raise: stepsIn(text, 'raise'),
    end: stepsIn(text, 'end'),
    stays: /^Nothing ends it\.$/m.test(text),
    provedBy: name === undefined || file === undefined ? null : { name, file },
  };
}

function stepsIn(text: string, block: 'raise' | 'end'): Step[] | null {
  const lines = new RegExp(`^\`\`\`${block}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  return lines === undefined ? null : lines.trimEnd().split('\n').map(readStep);
}

function readStep(line: string): Step {
  const [, verb, first = '', rest = ''] = /^(\w+) (\S+) ?(.*)$/.exec(line) ?? [];
  switch (verb) {
    case 'asked':
      return { verb, gateway: first, over: rest || '{}' };
    case 'payer':
      return { verb, name: first, over: rest || '{}' };
    case 'until':
      return { verb, status: first };
    case 'simulator':
    case 'api': {
      const [, where = '', body = ''] = /^(\S+) ?(.*)$/.exec(rest) ?? [];
      return { verb, method: first, path: where, body: body || '{}' };
    }
    default:
      throw new Error(`the runbook has a line that says nothing: ${line}`);
  }
}
