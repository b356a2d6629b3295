import { builtinModules } from 'node:module';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const NODE_BUILTINS = builtinModules.flatMap((name) => [name, `node:${name}`]);

export default defineConfig(
  globalIgnores([
    'dist/',
    'coverage/',
    '.data*/',
    'prisma/generated/',
    'test/replay/histories/',
    'docs/generated/',
    'web/generated/',
    'web/shared/schema.d.ts',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise that nobody awaits is a payment step that may be lost without a trace; in a workflow it can block the run for good.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      // A new status or fact must be met by a compile-time or lint error everywhere it is not handled; a default branch does not count.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Only types may cross some borders (see .dependency-cruiser.cjs), so it must be visible which imports are types.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-template-curly-in-string': 'error',

      // Numbers in messages are meant to be printed; objects and undefined are still refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Only a matter of style: `(error) => next(error)` misleads nobody.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Parts are objects of closures made by factories; no function here has a `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // A leading underscore says "required by the signature, not used here".
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true },
      ],
      // Interfaces of promises are often answered by functions that need no await.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['{activities,api,mail,outbox,platform,simulator,vault,web,words,worker,workflows}/**/*.{ts,tsx}'],
    rules: {
      // SQL text lies in books/ (and prisma/), as functions named by what they mean: a renamed column is mended in one room.
      'no-restricted-syntax': [
        'error',
        ...[
          'CallExpression[callee.name="query"]',
          'CallExpression[callee.property.name="query"]',
          'CallExpression[callee.property.value="query"]',
          'MemberExpression[property.name=/^\\$(query|execute)Raw/]',
        ].map((selector) => ({
          selector,
          message: 'Only books/ and prisma/ hold SQL text: call a function of theirs.',
        })),
      ],
    },
  },
  {
    files: ['web/office/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // Text of others is text.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
          message: 'Text of others is text: let React write it.',
        },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      // The sandbox has no Node: these fail when bundled, or worse, behave differently on replay.
      'no-restricted-imports': [
        'error',
        {
          paths: NODE_BUILTINS.map((name) => ({
            name,
            message: 'Workflows run in a sandbox without Node; do this in an activity.',
          })),
          patterns: [{ group: ['zod', 'zod/*'], message: 'Workflows carry no parser: parse at the edge.' }],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'fetch', 'crypto', 'structuredClone', 'console'].map((name) => ({
          name,
          message: 'Absent or meaningless in the workflow sandbox.',
        })),
        { name: 'Intl', message: 'Follows the host, so a replay elsewhere may differ.' },
      ],
    },
  },
  {
    files: ['workflows/domain/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Pure rules are told the time.' },
        { object: 'Math', property: 'random', message: 'Pure rules have no luck.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test that names what it expects to be there fails clearly enough when it is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // jest's matchers (expect.any and friends) are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    // Plain JavaScript runs before anything is installed, is read by tools, or is checked by web/tsconfig.json.
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'all' }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
);
