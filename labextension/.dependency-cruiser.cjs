/** Imports run one way: index → plugins → actions, notebook, panel → components; all of these → model → api. */
const SRC = '^labextension/src';

const zone = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: `${SRC}/${from}` },
  to: { path: `${SRC}/(${to})` }
});

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nobody-imports-index', severity: 'error', from: {}, to: { path: `${SRC}/index.ts$` } },
    zone('api-imports-nothing-of-ours', 'api/', 'plugins|actions|notebook|panel|components|hooks|model|tokens|commands'),
    zone('model-has-no-views', 'model/', 'plugins|actions|notebook|panel|components|hooks|commands'),
    zone('components-have-no-services', 'components/', 'plugins|actions|notebook|panel|commands'),
    zone('panels-have-no-plugins', 'panel/', 'plugins|actions|notebook'),
    zone('actions-have-no-views', '(actions|notebook)/', 'plugins|panel|components'),
    zone('hooks-are-low', 'hooks/', 'plugins|actions|notebook|panel|components|model'),
    {
      name: 'components-take-types-only',
      severity: 'error',
      from: { path: `${SRC}/components/` },
      to: { path: `${SRC}/(model|api)/`, dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'model-without-react',
      severity: 'error',
      from: { path: `${SRC}/(model|api)/` },
      to: { path: 'node_modules/(react|react-dom)/' }
    },
    {
      name: 'api-alone-talks-to-the-server',
      severity: 'error',
      from: { path: `${SRC}/`, pathNot: `${SRC}/(api|plugins)/` },
      to: { path: 'node_modules/@jupyterlab/services/', dependencyTypesNot: ['type-only'] }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] }
  }
};
