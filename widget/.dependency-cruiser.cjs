/** Imports run one way: index → grid → its parts → dom, format, kinds, store → types. */
const SRC = '^widget/src';

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nobody-imports-index', severity: 'error', from: {}, to: { path: `${SRC}/index.ts$` } },
    {
      name: 'elements-know-no-kernel',
      severity: 'error',
      from: {
        path: `${SRC}/(dom|format|kinds|types|results/(scale|points|plot|axis|detail|taskList))\\.ts`
      },
      to: { path: `${SRC}/store` }
    },
    {
      name: 'it-brings-all-it-needs',
      severity: 'error',
      from: { path: `${SRC}/` },
      to: { path: 'node_modules/' }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types']
    }
  }
};
