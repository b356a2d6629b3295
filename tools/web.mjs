// npm run web: Vite with reload, in front of the API that `npm start` runs. Pages come from the API, scripts and styles from the sources.
import path from 'node:path';
import { createServer } from 'vite';
import { prepareOrExit, root } from './setup.mjs';

await prepareOrExit({ for: 'test' }); // as for tests, nothing of the server has to be compiled
const server = await createServer({ configFile: path.join(root, 'web', 'vite.member.config.mjs') });
await server.listen();
server.printUrls();
