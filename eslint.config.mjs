import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'labextension/lib',
      'labextension/src/api/schema.ts',
      'node_modules',
      'py_src',
      '*.mjs',
      '**/*.cjs',
      '**/*.js'
    ]
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './labextension/test/tsconfig.json', './widget/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      eqeqeq: 'error',
      '@typescript-eslint/unbound-method': 'off', // signals take a method and its object apart
      curly: 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]|Props$|^CommandArguments$', match: true }
        }
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'off', // assertNever says it, also at run time
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-redeclare': 'off', // a token and its interface share a name, as everywhere in JupyterLab
      'max-lines': ['error', { max: 300 }]
    }
  },
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  {
    files: ['labextension/src/plugins/**'],
    // what a plugin is made of is needed at once; a run's tab is loaded when it is opened
    rules: { 'jupyter/prefer-lazy-imports': 'off' }
  },
  {
    files: ['labextension/test/**', 'widget/**'],
    rules: Object.fromEntries(
      Object.keys(jupyter.rules).map(name => [`jupyter/${name}`, 'off']) // nobody sees a test's texts, and its objects end with it; the grid runs where nobody translates
    )
  },
  prettier
);
