/** The address at which the API answers while its pages are worked on. */
const API = process.env.PUBLIC_URL ?? 'http://localhost:3000';

/**
 * For `npm run web`: hands every page over from the API that runs beside it, with the sources in the place of what was built. The policy of
 * the pages is left out, since reloading needs scripts that they forbid.
 */
export function pagesOfTheApi() {
  return {
    name: 'pages-of-the-api',
    apply: 'serve',
    config: () => ({
      server: {
        port: 5173,
        proxy: { '^/(?!assets/)': { target: API, selfHandleResponse: true, configure: handOver } },
      },
    }),
  };
}

function handOver(proxy) {
  proxy.on('proxyRes', (answer, _req, res) => {
    const headers = { ...answer.headers };
    const isPage = (headers['content-type'] ?? '').startsWith('text/html');
    if (!isPage) {
      res.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(res);
      return;
    }
    delete headers['content-security-policy'];
    delete headers['content-length'];
    res.writeHead(answer.statusCode ?? 502, headers);
    let page = '';
    answer.setEncoding('utf8');
    answer.on('data', (part) => (page += part));
    answer.on('end', () => res.end(fromSources(page)));
  });
}

/** Built files carry their source's name before the hash; the office's entries and the member's are told apart by the styles of their page. */
function fromSources(page) {
  const folder = page.includes('/assets/office-') ? 'office' : 'member';
  return page
    .replace(/<link rel="modulepreload"[^>]*>/g, '')
    .replace(/\/assets\/(en|fr)-[\w-]+\.js/g, `/assets/${folder}/$1.ts`)
    .replace(/\/assets\/entering-[\w-]+\.js/g, '/assets/entering/entering.ts')
    .replace(/\/assets\/(member|office)-[\w-]+\.css/g, '/assets/$1/$1.css')
    .replace('</head>', '<script type="module" src="/assets/@vite/client"></script></head>');
}
