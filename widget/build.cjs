/**
 * Bundles the parameter grid: one module and one sheet, which the Python package ships.
 *
 * With --watch it goes on.
 */
const fs = require('fs');
const path = require('path');
const { rspack } = require('@rspack/core');

const HERE = __dirname;
const OUT = path.join(HERE, '..', 'py_src', 'cellburst', 'widgets', 'static');

/** The sheets in the order in which style/index.css names them. */
function sheet() {
  const index = fs.readFileSync(path.join(HERE, 'style', 'index.css'), 'utf8');
  const names = [...index.matchAll(/@import url\('(.+?)'\)/g)].map(found => found[1]);
  return names.map(name => fs.readFileSync(path.join(HERE, 'style', name), 'utf8')).join('\n');
}

const compiler = rspack({
  mode: 'production',
  target: ['web', 'es2022'],
  devtool: false,
  context: HERE,
  entry: './src/index.ts',
  resolve: { extensions: ['.ts'] },
  module: {
    rules: [
      {
        test: /\.ts$/,
        loader: 'builtin:swc-loader',
        options: { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }
      }
    ]
  },
  output: {
    path: OUT,
    filename: 'widget.js',
    module: true,
    chunkFormat: 'module',
    library: { type: 'module' },
    clean: true
  }
});

function done(error, stats) {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString('errors-only'));
    process.exitCode = 1;
    return;
  }
  fs.writeFileSync(path.join(OUT, 'widget.css'), sheet());
  console.log(stats.toString({ preset: 'errors-warnings', assets: true }));
}

if (process.argv.includes('--watch')) {
  compiler.watch({}, done);
} else {
  compiler.run((error, stats) => {
    done(error, stats);
    compiler.close(() => undefined);
  });
}
