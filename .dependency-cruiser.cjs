// Who may import whom. Each rule's comment is its reason, and is shown when the rule is broken.

const BUILTIN = ['core'];
const DOMAIN = '^workflows/domain/';
const PRISMA_CLIENT = '^prisma/(client\\.ts|generated/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Parts that need each other are one part; types alone may point back (the activities know what the story is made of).',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-imports-nothing',
      comment:
        'The rules of money are pure: no parser, no Temporal, no Node, nothing outside their folder. So they run anywhere, and a test of them is a table.',
      severity: 'error',
      from: { path: DOMAIN },
      to: { pathNot: DOMAIN },
    },
    {
      name: 'workflows-stay-in-the-sandbox',
      comment:
        'The story runs in the sandbox of Temporal: whatever it imports is bundled and replayed. Only the domain and Temporal; activities only as types.',
      severity: 'error',
      from: { path: '^workflows/([^/]+|run/.*)\\.ts$' },
      to: { pathNot: ['^workflows/', '^node_modules/@temporalio/(workflow|common)/', '^activities/'] },
    },
    {
      name: 'workflows-know-activities-as-types',
      comment: 'A value import would pull the hands, with their database and network, into the sandbox.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'books-know-domain-and-database',
      comment:
        'The books are one transaction under the lock of the cart; they know the rules and the database, and nobody who calls them.',
      severity: 'error',
      from: { path: '^books/' },
      to: { pathNot: ['^books/', DOMAIN, PRISMA_CLIENT, '^node_modules/(pg|@types/pg|@prisma)/'] },
    },
    {
      name: 'activities-know-no-story',
      comment:
        'The hands do not decide what happens next: they know the rules, the books, the vault and the database, not the workflows or the processes.',
      severity: 'error',
      from: { path: '^activities/' },
      to: {
        path: ['^(api|mail|outbox|simulator|test|tools|web|words|worker)/', '^workflows/(?!domain/|messages\\.ts$)'],
      },
    },
    {
      name: 'gateways-know-domain-and-http',
      comment:
        'A gateway is a pure function of its context: no database, no Temporal, no vault; so the same code runs against the real host, the simulator and recorded messages. Both PayPals share a kit.',
      severity: 'error',
      from: { path: '^activities/gateways/([^/]+)/' },
      to: {
        pathNot: [
          DOMAIN,
          '^activities/gateways/(port|http)\\.ts$',
          '^activities/gateways/paypal/',
          '^activities/gateways/$1/',
          '^node_modules/(?!@temporalio/|@prisma/|prisma/|pg/)',
        ],
        dependencyTypesNot: BUILTIN,
      },
    },
    {
      name: 'gateways-do-not-know-each-other',
      comment:
        'Adding or removing one gateway touches its own folder and the registry, nothing else; what PayPal is to both its gateways lies beside them.',
      severity: 'error',
      from: { path: '^activities/gateways/([^/]+)/' },
      to: {
        path: '^activities/gateways/[^/]+/',
        pathNot: ['^activities/gateways/$1/', '^activities/gateways/paypal/'],
      },
    },
    {
      name: 'only-paypal-uses-the-kit-of-paypal',
      comment: 'What PayPal writes is nobody else’s protocol.',
      severity: 'error',
      from: { path: '^activities/gateways/(?!paypal)' },
      to: { path: '^activities/gateways/paypal/' },
    },
    {
      name: 'port-knows-the-domain',
      comment: 'The contract of a gateway is written in the words of the domain, and names no gateway and no caller.',
      severity: 'error',
      from: { path: '^activities/gateways/port\\.ts$' },
      to: { pathNot: [DOMAIN, '^node_modules/zod/'] },
    },
    {
      name: 'platform-is-below-the-processes',
      comment: 'What every process needs knows none of them, and of gateways nothing but their contract.',
      severity: 'error',
      from: { path: '^platform/' },
      to: {
        path: [
          '^(api|books|mail|outbox|simulator|test|tools|web|webhooks|words|worker)/',
          '^activities/(?!gateways/port\\.ts$)',
          '^workflows/(?!domain/|messages\\.ts$)',
        ],
      },
    },
    {
      name: 'platform-knows-gateways-as-types',
      comment: 'A process that logs, or reads its configuration, loads no gateway for it.',
      severity: 'error',
      from: { path: '^platform/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'mail-writes-and-carries',
      comment:
        'Letters are written from the words and handed over; which ones, when, and how often is a matter of the outbox.',
      severity: 'error',
      from: { path: '^mail/' },
      to: {
        path: '^(activities|api|books|outbox|prisma|simulator|test|tools|vault|web|webhooks|worker)/|^workflows/(?!domain/)',
      },
    },
    {
      name: 'webhooks-sign-and-send',
      comment:
        'One try of one delivery: what it says, its signature, the connection, and what is kept of the answer. When is a matter of the outbox and of the run.',
      severity: 'error',
      from: { path: '^webhooks/' },
      to: {
        path: '^(activities|api|mail|outbox|simulator|test|tools|vault|web|words|worker)/|^workflows/(?!domain/)',
      },
    },
    {
      name: 'outbox-tells-temporal',
      comment:
        'What Temporal is told is read from the books and said in the words of the messages; who committed it and who does it are no matter here.',
      severity: 'error',
      from: { path: '^outbox/' },
      to: { path: ['^(activities|api|mail|simulator|test|tools|vault|web|words|worker)/'] },
    },
    {
      name: 'workflows-are-known-by-their-messages',
      comment:
        'The contract with the workflows is messages.ts and the domain; workflow functions are known by their types alone.',
      severity: 'error',
      from: { path: '^(api|outbox|platform)/' },
      to: {
        path: '^workflows/([^/]+|run/.*)\\.ts$',
        pathNot: '^workflows/messages\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'api-meets-gateways-at-the-registry',
      comment:
        'The API needs what each gateway offers without network (its notification and checkout), by their contract; the registry is the one place that lists it. Other hands belong to the worker.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^activities/', pathNot: '^activities/gateways/(port|registry)\\.ts$' },
    },
    {
      name: 'api-composes-nobody',
      comment: 'The API is composed by its own main; it knows neither the worker nor what starts both.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^(mail|simulator|test|tools|worker)/' },
    },
    {
      name: 'desks-know-no-routes',
      comment: 'A desk does what was asked, whoever asked and however: routes parse, call a desk, and answer.',
      severity: 'error',
      from: { path: '^api/(desks|http)/' },
      to: { path: '^api/routes/', pathNot: '^api/routes/hooks\\.ts$' },
    },
    {
      name: 'pages-are-the-browsers-side',
      comment:
        'Pages write what a payer reads: they know the rules, the words and the types of the API, and reach nothing by themselves.',
      severity: 'error',
      from: { path: '^web/' },
      to: {
        path: '^(activities|books|mail|outbox|platform|prisma|simulator|test|tools|vault|webhooks|worker)/|^workflows/(?!domain/)',
      },
    },
    {
      name: 'pages-know-the-api-as-types',
      comment: 'Pages are handed what they show; a value of the API would bring the server along.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'words-know-the-domain',
      comment: 'Sentences that people read belong to no process: pages, letters and papers say the same.',
      severity: 'error',
      from: { path: '^words/' },
      to: { pathNot: ['^words/', DOMAIN] },
    },
    {
      name: 'worker-knows-no-start',
      comment:
        'The worker is one process of production; what starts everything on one machine knows the worker, not the other way round. What a webhook says, and what a digest counts, is what the API lists, read by the same functions.',
      severity: 'error',
      from: { path: '^worker/' },
      to: { path: '^(api|simulator|test|tools|web|words)/', pathNot: '^api/(http/event-data|desks/waiting)\\.ts$' },
    },
    {
      name: 'vault-knows-only-crypto',
      comment:
        'What seals secrets at rest is small enough to be read in one sitting: nothing but itself and node:crypto.',
      severity: 'error',
      from: { path: '^vault/' },
      to: { pathNot: ['^vault/', '^(node:)?crypto$'] },
    },
    {
      name: 'vault-is-for-those-who-hold-secrets',
      comment: 'Stories, books and gateways never open a seal: they are handed what they need.',
      severity: 'error',
      from: { pathNot: '^(vault|activities|api|platform|test|tools|worker)/' },
      to: { path: '^vault/' },
    },
    {
      name: 'database-is-for-those-who-book',
      comment:
        'Everybody else reaches the database through the books, so that a booking is always one transaction of one kind.',
      severity: 'error',
      from: { pathNot: '^(activities|api|books|outbox|platform|prisma|test|tools|webhooks|worker)/' },
      to: { path: PRISMA_CLIENT },
    },
    {
      name: 'simulator-stands-outside',
      comment:
        'The simulator plays a foreign company: sharing more than the domain with us, it would share our mistakes.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: {
        path: '^(activities|api|books|mail|outbox|platform|prisma|test|tools|vault|web|webhooks|words|worker)/|^workflows/(?!domain/)',
      },
    },
    {
      name: 'prisma-knows-nobody',
      comment: 'Schema, client and migrations are below everything.',
      severity: 'error',
      from: { path: '^prisma/' },
      to: {
        path: '^(activities|api|books|mail|outbox|platform|simulator|test|tools|vault|web|webhooks|words|worker|workflows)/',
      },
    },
    {
      name: 'tests-are-not-product',
      comment: 'Production code must run without the tests and their packages.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-development-packages',
      comment: 'An image without development packages must start.',
      severity: 'error',
      from: {
        path: '^(activities|api|books|mail|outbox|platform|prisma|simulator|tools|vault|web|webhooks|words|worker|workflows)/.*\\.ts$',
        // Built into what browsers load; and measured by what only tests have otherwise: a browser.
        pathNot: '^web/(member|office|shared|entering|generated)/|^tools/bench/web\\.ts$',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'resolvable',
      comment: 'What cannot be found at all breaks at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^(dist|coverage|prisma/generated)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports count: "may know as a type" is part of the table.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
