// Who may import whom. Each rule's comment is its reason, and is shown when the rule is broken.

const BUILTIN = ['core'];
const DOMAIN = '^workflows/domain/';
const PRISMA_CLIENT = '^prisma/(client\\.ts|generated/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Parts that need each other are one part; types alone may point back (the activities know what the story is made of).',
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
      from: { path: '^workflows/[^/]+\\.ts$' },
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
      comment: 'The books are one transaction under the lock of the cart; they know the rules and the database, and nobody who calls them.',
      severity: 'error',
      from: { path: '^books/' },
      to: { pathNot: ['^books/', DOMAIN, PRISMA_CLIENT, '^node_modules/(pg|@types/pg|@prisma)/'] },
    },
    {
      name: 'activities-know-no-story',
      comment:
        'The hands do not decide what happens next: they know the rules, the books, the vault and the database, not the workflows, the API or the worker.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: ['^(api|worker|simulator|scripts|test|web)/', '^workflows/(?!domain/)'] },
    },
    {
      name: 'gateways-know-domain-and-http',
      comment:
        'A gateway is a pure function of its context: no database, no Temporal, no vault; so the same code runs against the real host, the simulator and recorded messages.',
      severity: 'error',
      from: { path: '^activities/gateways/([^/]+)/' },
      to: {
        pathNot: [
          DOMAIN,
          '^activities/gateways/(http|paypal-money)\\.ts$',
          '^activities/gateways/$1/',
          '^node_modules/(?!@temporalio/|@prisma/|prisma/|pg/)',
        ],
        dependencyTypesNot: BUILTIN,
      },
    },
    {
      name: 'gateways-do-not-know-each-other',
      comment: 'Adding or removing one gateway touches its own folder and the registry, nothing else.',
      severity: 'error',
      from: { path: '^activities/gateways/([^/]+)/' },
      to: { path: '^activities/gateways/[^/]+/', pathNot: '^activities/gateways/$1/' },
    },
    {
      name: 'api-meets-gateways-at-the-registry',
      comment:
        'The API needs what each gateway offers without network (its notification and checkout); the registry is the one place that lists it. Other hands belong to the worker.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^activities/', pathNot: '^activities/gateways/registry\\.ts$' },
    },
    {
      name: 'api-knows-workflows-by-their-messages',
      comment: 'The contract between API and workflows is messages.ts and the domain; workflow functions are known by their types alone.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^workflows/[^/]+\\.ts$', pathNot: '^workflows/messages\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'api-composes-nobody',
      comment: 'The API is composed by its own main; it knows neither the worker nor what starts both.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^(worker|simulator|scripts|test)/' },
    },
    {
      name: 'worker-knows-no-start',
      comment: 'The worker is one process of production; what starts everything on one machine knows the worker, not the other way round.',
      severity: 'error',
      from: { path: '^worker/' },
      to: { path: '^(simulator|scripts|test)/' },
    },
    {
      name: 'vault-knows-only-crypto',
      comment: 'What seals secrets at rest is small enough to be read in one sitting: nothing but itself and node:crypto.',
      severity: 'error',
      from: { path: '^vault/' },
      to: { pathNot: ['^vault/', '^(node:)?crypto$'] },
    },
    {
      name: 'vault-is-for-those-who-hold-secrets',
      comment: 'Stories, books and gateways never open a seal: they are handed what they need.',
      severity: 'error',
      from: { pathNot: '^(vault|api|activities|worker|scripts|test)/' },
      to: { path: '^vault/' },
    },
    {
      name: 'database-is-for-those-who-book',
      comment: 'Everybody else reaches the database through the books, so that a booking is always one transaction of one kind.',
      severity: 'error',
      from: { pathNot: '^(prisma|books|activities|api|worker|scripts|test)/' },
      to: { path: PRISMA_CLIENT },
    },
    {
      name: 'simulator-stands-outside',
      comment: 'The simulator plays a foreign company: sharing more than the domain with us, it would share our mistakes.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(activities|api|books|prisma|scripts|test|vault|web|worker)/|^workflows/(?!domain/)' },
    },
    {
      name: 'prisma-knows-nobody',
      comment: 'Schema, client and migrations are below everything.',
      severity: 'error',
      from: { path: '^prisma/', pathNot: '^prisma/seed\\.ts$' },
      to: { path: '^(activities|api|books|scripts|simulator|test|vault|web|worker|workflows)/' },
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
      from: { path: '^(activities|api|books|prisma|scripts|simulator|vault|worker|workflows)/.*\\.ts$' },
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
