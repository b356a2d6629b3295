import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { GUARD_MARK, pause, signalGroup } from './piece';
import { commandOf } from './process-list';

/** A failure that one sentence explains: shown without a stack. */
export class DataFolderFailure extends Error {
  override name = 'DataFolderFailure';
}

const keysSchema = z.object({
  operatorKey: z.string().min(1),
  encryptionKey: z.string().min(1),
  postgresPassword: z.string().min(1),
});
export type Keys = z.infer<typeof keysSchema>;

const runSchema = z.object({ pid: z.number().int(), groups: z.array(z.number().int()) });

/** Guards end their programs within this time when their parent is gone, and then themselves. */
const LEFTOVER_PATIENCE_MS = 8_000;

/** The folder that one `npm start` owns: data, keys, logs, and a note of what runs. */
export class DataFolder {
  readonly path: string;
  readonly #runFile: string;

  constructor(folder: string) {
    this.path = path.resolve(folder);
    this.#runFile = path.join(this.path, 'run.json');
    try {
      mkdirSync(path.join(this.path, 'logs'), { recursive: true });
    } catch (error) {
      throw new DataFolderFailure(
        `The folder ${this.path} cannot be made (DATA_DIR): ${error instanceof Error ? error.message : String(error)}.`,
        { cause: error },
      );
    }
  }

  file(...parts: string[]): string {
    return path.join(this.path, ...parts);
  }

  /** Takes the folder for this process, and closes it to others; ends what a killed run left behind. */
  async takeOver(say: (line: string) => void): Promise<void> {
    const former = this.#readRun();
    if (former && former.pid !== process.pid && commandOf(former.pid).includes('start.')) {
      throw new DataFolderFailure(
        `${this.path} is in use by another npm start (process ${String(former.pid)}): stop that one, or set another DATA_DIR and PORT.`,
      );
    }
    this.#close();
    this.note([]);
    const leftovers = (former?.groups ?? []).filter((group) => this.#isOurGroup(group));
    if (leftovers.length === 0) return;
    say('waiting for the processes of a run that was killed …');
    const deadline = Date.now() + LEFTOVER_PATIENCE_MS;
    while (leftovers.some((group) => this.#isOurGroup(group)) && Date.now() < deadline) await pause(100);
    for (const group of leftovers) if (this.#isOurGroup(group)) signalGroup(group, 'SIGKILL');
  }

  note(groups: readonly number[]): void {
    const next = `${this.#runFile}.next`;
    writeFileSync(next, JSON.stringify({ pid: process.pid, groups }), { mode: 0o600 });
    renameSync(next, this.#runFile);
  }

  release(): void {
    rmSync(this.#runFile, { force: true });
  }

  /** Made once: data sealed with a key is lost with the key. */
  keys(): Keys {
    const file = this.file('keys.json');
    if (!existsSync(file)) {
      const made: Keys = {
        operatorKey: `operator_${randomBytes(24).toString('base64url')}`,
        encryptionKey: randomBytes(32).toString('base64'),
        postgresPassword: randomBytes(18).toString('base64url'),
      };
      writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
      return made;
    }
    chmodSync(file, 0o600);
    try {
      return keysSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      throw new DataFolderFailure(
        `${file} is damaged: put back the one that belongs to this data, or use another DATA_DIR.`,
        {
          cause: error,
        },
      );
    }
  }

  /**
   * Keys, logs, and who paid what: for this user's eyes, also where an earlier release left them open. Programs that are
   * started write with a mask of their own (see `piece.ts`).
   */
  #close(): void {
    // Whoever names a folder that all share, such as /tmp, would close it to everybody.
    if ((statSync(this.path).mode & 0o1000) !== 0)
      throw new DataFolderFailure(`${this.path} is a folder that everybody shares: set DATA_DIR to one of its own.`);
    for (const folder of [this.path, this.file('logs')]) {
      chmodSync(folder, 0o700);
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isFile()) chmodSync(path.join(folder, entry.name), 0o600);
    }
  }

  #readRun(): z.infer<typeof runSchema> | null {
    try {
      return runSchema.parse(JSON.parse(readFileSync(this.#runFile, 'utf8')));
    } catch {
      return null;
    }
  }

  /** A number alone may belong to a stranger by now, so the guard's own name must be there too. */
  #isOurGroup(group: number): boolean {
    const command = commandOf(group);
    return command.includes(GUARD_MARK) && command.includes(this.path);
  }
}
