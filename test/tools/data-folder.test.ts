import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DataFolder } from '../../tools/local/data-folder';
import { startPiece, waitUntil } from '../../tools/local/piece';
import { freePort } from '../../tools/local/ports';
import { postgresCommand, postgresObstacle, postgresUrl, preparePostgres } from '../../tools/local/postgres-server';

const isRoot = process.getuid?.() === 0;
const modeOf = (file: string): string => (statSync(file).mode & 0o7777).toString(8);

let parent: string;
let place: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(os.tmpdir(), 'quittance-data-folder-'));
  chmodSync(parent, 0o755);
  place = path.join(parent, 'data');
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

async function takeOver(): Promise<DataFolder> {
  const folder = new DataFolder(place);
  await folder.takeOver(() => undefined);
  folder.keys();
  return folder;
}

it('is made for one user only, with all that lies in it', async () => {
  const folder = await takeOver();
  expect(['.', 'logs'].map((name) => modeOf(folder.file(name)))).toEqual(['700', '700']);
  expect(['keys.json', 'run.json'].map((name) => modeOf(folder.file(name)))).toEqual(['600', '600']);
});

it('is closed where an earlier release left it open', async () => {
  mkdirSync(path.join(place, 'logs'), { recursive: true });
  const files = [
    'temporal.sqlite',
    'temporal.sqlite-wal',
    'run.json',
    'keys.json.old',
    'logs/api.log',
    'logs/api.log.1',
  ];
  for (const name of files) writeFileSync(path.join(place, name), '{}');
  for (const name of ['', 'logs', ...files]) chmodSync(path.join(place, name), 0o777);
  const folder = await takeOver();
  expect(['', 'logs'].map((name) => modeOf(folder.file(name)))).toEqual(['700', '700']);
  expect(files.map((name) => modeOf(folder.file(name)))).toEqual(files.map(() => '600'));
});

it('is never a folder that everybody shares', async () => {
  mkdirSync(place);
  chmodSync(place, 0o1777);
  await expect(takeOver()).rejects.toThrow(/everybody shares/);
  expect(modeOf(place)).toBe('1777');
});

it('stays closed by what its programs write: their logs and their files', async () => {
  const folder = await takeOver();
  const piece = startPiece(
    {
      name: 'writer',
      command: '/bin/sh',
      args: ['-c', 'echo said; echo x > written; mkdir made'],
      env: { PATH: process.env['PATH'] },
      cwd: folder.path,
      logFile: folder.file('logs', 'writer.log'),
    },
    folder.path,
  );
  await piece.ended;
  expect(['logs/writer.log', 'written', 'made'].map((name) => modeOf(folder.file(name)))).toEqual([
    '600',
    '600',
    '700',
  ]);
});

it('lets PostgreSQL through, which as root is another account, and nobody else', async () => {
  const folder = await takeOver();
  const cluster = preparePostgres({ dataDir: folder.file('postgres'), password: 'test', closedFolder: folder.path });
  const port = await freePort();
  const piece = startPiece(
    postgresCommand(cluster, { port, settings: {}, logFile: folder.file('logs', 'postgres.log') }),
    folder.path,
  );
  const url = postgresUrl('test', port, 'postgres');
  expect(await waitUntil(async () => (await postgresObstacle(url)) === null, { patienceMs: 25_000, piece })).toBe(true);
  await piece.stop(5_000);

  const { mode, gid } = statSync(folder.path);
  expect([(mode & 0o777).toString(8), gid]).toEqual(
    isRoot ? ['710', cluster.account?.gid] : ['700', process.getgid?.()],
  );
  expect(modeOf(folder.file('postgres'))).toBe('700');
  for (const name of readdirSync(folder.path, { withFileTypes: true }))
    expect([name.name, modeOf(folder.file(name.name))]).toEqual([name.name, name.isDirectory() ? '700' : '600']);

  await takeOver(); // the next start
  preparePostgres({ dataDir: folder.file('postgres'), password: 'test', closedFolder: folder.path });
  expect((statSync(folder.path).mode & 0o777).toString(8)).toBe(isRoot ? '710' : '700');
});
