import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { freePort } from '../../tools/local/ports';

/** A letter as it came over the wire. */
export interface Mail {
  readonly to: readonly string[];
  readonly source: string;
}

/** What the server does when a command of this name comes: it answers so, keeps `silence`, or `cut`s the connection. */
export type Mood = Readonly<Record<string, string>>;

/** A mail server of a test: it takes what it is sent, unless it is in a mood. */
export interface SmtpServer {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** By the name of a command (`EHLO`, `MAIL`, `RCPT`, `DATA`), `greeting`, or `.` for the end of a letter. */
  mood: Mood;
  /** Nobody listens any more; connections are cut. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const port = await freePort();
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(
      socket,
      (mail) => mails.push(mail),
      () => running.mood,
    );
  });
  const running: SmtpServer = {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    mood: {},
    goAway: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    comeBack: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => resolve());
      }),
    stop: async () => {
      if (server.listening) await running.goAway();
    },
  };
  await running.comeBack();
  return running;
}

/** One connection, RFC 5321: one command a line, a letter ends with a dot alone on its line. */
function converse(socket: Socket, keep: (mail: Mail) => void, moodNow: () => Mood): void {
  let [rest, to, lines]: [string, string[], string[] | null] = ['', [], null];
  const say = (command: string, usual: string, after: () => void = () => undefined): void => {
    const mood = moodNow()[command];
    if (mood === 'cut') socket.destroy();
    else if (mood === 'silence') after();
    else {
      const answer = mood ?? usual;
      if (answer < '4') after();
      socket.write(`${answer}\r\n`);
    }
  };
  const hear = (line: string): void => {
    if (lines !== null) {
      if (line !== '.') {
        lines.push(line.replace(/^\./, ''));
        return;
      }
      const mail = { to, source: lines.join('\n') };
      [to, lines] = [[], null];
      say('.', '250 2.0.0 taken', () => keep(mail));
      return;
    }
    const command = line.slice(0, 4).toUpperCase();
    if (command === 'DATA') say('DATA', '354 go on', () => (lines = []));
    else if (command === 'RCPT') say('RCPT', '250 2.1.5 fine', () => to.push(/<(.*)>/.exec(line)?.[1] ?? ''));
    else if (command === 'RSET') say('RSET', '250 2.0.0 fine', () => (to = []));
    else if (command === 'QUIT') socket.end('221 2.0.0 bye\r\n');
    else say(command, '250 fine');
  };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\r\n');
    rest = parts.pop() ?? '';
    for (const line of parts) hear(line);
  });
  say('greeting', '220 mail.test ready');
}
