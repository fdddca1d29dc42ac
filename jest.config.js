const jestJupyterLab = require('@jupyterlab/testutils/lib/jest-config');

const esModules = [
  '@codemirror',
  '@jupyter',
  '@jupyterlab/',
  '@microsoft/fast',
  '@cfworker',
  '@tanstack',
  'exenv-es6',
  'lib0',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs',
  'lezer-'
].join('|');
const base = jestJupyterLab(__dirname);

module.exports = {
  ...base,
  automock: false,
  collectCoverage: false,
  reporters: ['default'],
  testRegex: '(labextension|widget)/test/.*\\.test\\.tsx?$',
  modulePathIgnorePatterns: [
    '<rootDir>/py_src',
    '<rootDir>/labextension/lib',
    '<rootDir>/build',
    '<rootDir>/.venv'
  ],
  transform: {
    '\\.svg$': '@jupyterlab/testing/lib/jest-raw-loader.js',
    '^.+\\.tsx?$': [
      'ts-jest/legacy',
      { tsconfig: 'labextension/test/tsconfig.json', diagnostics: false }
    ],
    '^.+\\.m?jsx?$': [
      'babel-jest',
      { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`]
};
