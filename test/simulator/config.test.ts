import { readSimulatorConfig } from '../../simulator/config';

it('needs nothing, and reads empty variables as absent', () => {
  const usual = { SIMULATOR_PORT: 3400, RESEND_SPEED: 600, HOST: '127.0.0.1' };
  expect(readSimulatorConfig({})).toEqual(usual);
  expect(readSimulatorConfig({ SIMULATOR_PORT: '', SIMULATOR_PUBLIC_URL: '', RESEND_SPEED: '', HOST: '' })).toEqual(
    usual,
  );
});

it.each([
  ['SIMULATOR_PORT', '70000'],
  ['SIMULATOR_PUBLIC_URL', 'not an address'],
  ['RESEND_SPEED', '0'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readSimulatorConfig({ [name]: value })).toThrow(name);
});
