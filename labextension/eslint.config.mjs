import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import baseline from 'eslint-plugin-baseline-js';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['lib/', '.yarn/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: 'error',
      'no-duplicate-imports': 'error',
      // Of GetInstance's elements an empty one is as good as a missing one: `||` is meant.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // The oldest browsers: Chrome and Edge 108, Firefox 108, Safari 16.4 (docs/window.md). Of the
    // language itself, tsconfig's `lib` has what they know.
    files: ['src/**/*.ts'],
    plugins: { 'baseline-js': baseline },
    rules: {
      'baseline-js/use-baseline': [
        'error',
        {
          available: 2022,
          includeWebApis: { preset: 'type-aware' },
          includeJsBuiltins: { preset: 'type-aware' },
          ignoreFeatures: [
            // Safari 16.4 brought them, in March 2023.
            'constructed-stylesheets',
            // What was not there in 2022 is how its error is named.
            'abortsignal-timeout',
            // Where there is no clipboard, `execCommand` copies.
            'async-clipboard',
            'execcommand',
            // Where there are none, a title counts down.
            'notifications',
          ],
        },
      ],
    },
  },
  {
    // The panel has one entrance, and knows no JupyterLab.
    files: ['src/lab/**/*.ts', 'src/anywidget.ts', 'gallery/**/*.ts', 'tests/lab/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/panel/(?!index\\.ts$)',
              message: "The panel's only entrance is panel/index.ts.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/panel/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@(jupyterlab|lumino)/|/lab/|/anywidget',
              message: 'The panel lives in cells of any front end: it knows no JupyterLab.',
            },
            { regex: '/index\\.ts$', message: 'The entrance is for those outside.' },
          ],
        },
      ],
    },
  },
  {
    files: ['tests/**/*.ts'],
    // node:test's functions return promises that its runner awaits.
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { Buffer: 'readonly', console: 'readonly', process: 'readonly', URL: 'readonly' },
    },
  },
);
