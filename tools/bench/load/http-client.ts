import http from 'node:http';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

// As many connections as needed at once: a notification never waits for another's connection.
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1_000, scheduling: 'lifo' });

/** One GET, whose answer is not wanted. */
export function get(url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => response.resume().once('end', resolve).once('error', reject))
      .once('error', reject);
  });
}

/** One POST. `node:http` costs the machine under test less than `fetch`. */
export async function post(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<Reply> {
  try {
    return await postOnce(url, headers, body);
  } catch (error) {
    // The server may close an idle connection in the moment in which we use it again; every client repeats that.
    if (error instanceof ConnectionGone) return postOnce(url, headers, body);
    throw error;
  }
}

class ConnectionGone extends Error {}

function postOnce(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
        response.once('error', reject);
      },
    );
    request.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        request.reusedSocket && error.code === 'ECONNRESET'
          ? new ConnectionGone(error.message, { cause: error })
          : error,
      );
    });
    request.setTimeout(30_000, () => request.destroy(new Error('no answer within 30 s')));
    request.end(body);
  });
}
