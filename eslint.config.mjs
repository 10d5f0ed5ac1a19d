import './tools/gates/quiet-nx.mjs'
import nx from '@nx/eslint-plugin'
import stylistic from '@stylistic/eslint-plugin'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { moduleBoundaries } from './tools/gates/layers.mjs'
import { mutableModuleState, pure, ungated } from './tools/gates/syntax.mjs'

const sources = ['libs/**/*.ts', 'services/**/*.ts', 'apps/**/*.ts', 'bench/**/*.ts', 'simulation/**/*.ts']
const specs = ['**/*.spec.ts', '**/test/**/*.ts', '**/tests/**/*.ts', '**/bench/**/*.ts']
const decidingFiles = ['decider', 'policy', 'projection', 'reactor'].map((kind) => `services/**/*.${kind}.ts`)

const noDefault = { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true }
const exhaustive = { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true }

const everywhere = {
  name: 'zyra/everywhere',
  files: ['**/*.ts', '**/*.mjs'],
  plugins: { '@stylistic': stylistic },
  linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
  rules: {
    'max-lines': ['error', { max: 299, skipBlankLines: false, skipComments: false }],
    'no-restricted-exports': ['error', { restrictDefaultExports: noDefault }],
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
    'no-eval': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    '@stylistic/max-len': ['error', { code: 160 }],
    '@stylistic/semi': ['error', 'never'],
    '@stylistic/quotes': ['error', 'single', { avoidEscape: true }],
    '@stylistic/no-tabs': 'error',
    '@stylistic/no-trailing-spaces': 'error',
    '@stylistic/eol-last': 'error',
  },
}

const noUnused = { '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }] }

const scripts = { name: 'zyra/scripts', files: ['**/*.mjs'], extends: [tseslint.configs.strict], rules: noUnused }

const typed = {
  name: 'zyra/typed',
  files: sources,
  extends: [tseslint.configs.strictTypeChecked],
  plugins: { '@nx': nx },
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    '@nx/enforce-module-boundaries': ['error', moduleBoundaries('source')],
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', exhaustive],
    ...noUnused,
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
    // `return stop()` ends a function early, and an async function without await fills a port's interface: both are clear.
    '@typescript-eslint/no-confusing-void-expression': 'off',
    '@typescript-eslint/require-await': 'off',
    // Overflows the stack on types that contain themselves (8.73.0).
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    'no-restricted-syntax': ['error', ...mutableModuleState],
  },
}

const inSpecs = {
  name: 'zyra/specs',
  files: specs,
  rules: {
    '@nx/enforce-module-boundaries': ['error', moduleBoundaries('spec')],
    'no-restricted-syntax': 'off',
    // What jest's matchers and parsed bodies answer is `any`; a spec that reads it wrongly fails by itself.
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-call': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
    '@typescript-eslint/no-non-null-assertion': 'off',
    '@typescript-eslint/unbound-method': 'off',
  },
}

const services = {
  name: 'zyra/services',
  files: ['services/*/src/**/*.ts'],
  ignores: specs,
  rules: {
    'no-restricted-globals': ['error', ...ungated.globals],
    'no-restricted-imports': ['error', { paths: ungated.imports }],
  },
}

const deciding = {
  name: 'zyra/deciding',
  files: decidingFiles,
  rules: {
    'no-param-reassign': ['error', { props: true }],
    'no-restricted-globals': ['error', ...pure.globals],
    'no-restricted-syntax': ['error', ...mutableModuleState, ...pure.syntax],
  },
}

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', '.zyra/', 'coverage/', 'services/dashboard/'] },
  scripts,
  typed,
  everywhere,
  inSpecs,
  services,
  deciding,
  { name: 'zyra/deciders', files: ['services/**/*.decider.ts'], rules: { 'max-lines': ['error', { max: 149 }] } },
  { name: 'zyra/configuration', files: ['*.config.mjs', '.dependency-cruiser.mjs'], rules: { 'no-restricted-exports': 'off' } },
)
