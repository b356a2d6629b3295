/** What the global set-up tells the test files. They run in other processes, so it travels in environment variables. */
const VARIABLES = {
  postgresUrl: 'QUITTANCE_TEST_POSTGRES_URL',
  templateDatabase: 'QUITTANCE_TEST_TEMPLATE_DATABASE',
  temporalAddress: 'QUITTANCE_TEST_TEMPORAL_ADDRESS',
  workflowBundlePath: 'QUITTANCE_TEST_WORKFLOW_BUNDLE',
} as const;

export type TestAddresses = Record<keyof typeof VARIABLES, string>;

export function publishAddresses(addresses: TestAddresses): void {
  for (const [name, variable] of Object.entries(VARIABLES))
    process.env[variable] = addresses[name as keyof TestAddresses];
}

export function testAddress(name: keyof TestAddresses): string {
  const value = process.env[VARIABLES[name]];
  if (!value)
    throw new Error(`${VARIABLES[name]} is not set: run tests by \`npm test\`, whose set-up starts what they need.`);
  return value;
}
