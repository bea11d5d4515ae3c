/**
 * The direction of imports: entries -> io -> pure, and components are strangers to each other.
 * Each rule says why it is there. `npm run lint` runs them.
 */
const { readdirSync, readFileSync } = require('node:fs');

const components = [
  'collectors',
  'hooks',
  'auth-biscuit',
  'live-migrate',
  'geolocation',
  'prometheus-patches',
  'host-installer',
  'front-end-installer',
  'power-agent',
  'guest',
];
const literally = (file) => `^${file.replaceAll('.', '\\.')}$`;
const programs = require('./scripts/executables.json')
  .map(({ entry }) => literally(entry))
  .join('|');
const entries = `${programs}|^scripts/|^bench/`;
/** Files of cli/ that define a verb of oneext. */
const verbs = readdirSync('cli', { recursive: true, encoding: 'utf8' })
  .map((file) => `cli/${file}`)
  .filter((file) => file.endsWith('.ts') && readFileSync(file, 'utf8').includes(' = defineVerb({'))
  .map(literally)
  .join('|');
const dashboards = '^prometheus-patches/dashboards/';
const touchesTheWorld =
  '^(node:)?(fs|net|http|https|http2|child_process|dgram|dns|tls|os|process|worker_threads|cluster|readline|timers|v8)(/|$)';

module.exports = {
  forbidden: [
    {
      name: 'pure-code-touches-nothing',
      comment:
        'What is not in an io/ folder is a function from documents to documents: it can be tested without a world.',
      severity: 'error',
      from: { path: `^(lib|packaging|${components.join('|')})/`, pathNot: ['/io/', entries] },
      to: { path: touchesTheWorld },
    },
    {
      name: 'pure-code-imports-no-io',
      comment: 'The arrow goes from io to pure code; the other way round hides what touches the world.',
      severity: 'error',
      from: { path: `^(lib|packaging|${components.join('|')})/`, pathNot: ['/io/', entries] },
      to: { path: '/io/' },
    },
    {
      name: 'what-top-shows-is-pure',
      comment:
        'A screen is a function of what was read and of the keys: it can be tested without a terminal.',
      severity: 'error',
      from: { path: '^cli/top/', pathNot: ['/io/', '^cli/top/top\\.ts$'] },
      to: { path: [touchesTheWorld, '/io/'] },
    },
    {
      name: 'what-the-doctor-judges-is-pure',
      comment:
        'io/ looks and the rest judges: a judgement can be tested without a cloud. checks.ts lists both halves.',
      severity: 'error',
      from: { path: '^cli/doctor/', pathNot: ['/io/', '^cli/doctor/(doctor|checks)\\.ts$'] },
      to: { path: [touchesTheWorld, '/io/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-verb-imports-another',
      comment: 'What two verbs share belongs into a module beside them: each verb can change or go alone.',
      severity: 'error',
      from: { path: verbs },
      to: { path: verbs },
    },
    {
      name: 'lib-imports-no-component',
      comment: 'lib/ is the bottom layer: a component may change without it.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: `^(${components.join('|')}|cli|packaging|simulator|scripts|bench|test)/` },
    },
    ...components.map((component) => ({
      name: `${component}-knows-no-other-component`,
      comment: 'Components are strangers: only hooks/ and cli/ bring several of them together.',
      severity: 'error',
      from: { path: `^${component}/` },
      to: {
        path: `^(${components.join('|')}|cli)/`,
        pathNot: component === 'hooks' ? `^(${components.join('|')})/` : `^${component}/`,
      },
    })),
    {
      name: 'nothing-imports-an-entry',
      comment: 'An entry acts when it is loaded; whatever it shares belongs into a module beside it.',
      severity: 'error',
      from: {},
      to: { path: programs },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'What is installed does not depend on how it is tested.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'production-imports-no-dev-dependency',
      comment: 'What is installed must not need what only developers have.',
      severity: 'error',
      from: { path: `^(lib|cli|${components.join('|')})/`, pathNot: dashboards },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '^node:' },
    },
    {
      name: 'dashboards-are-made-by-the-build',
      comment: "Grafana's builder is a dev dependency: what is installed has the files that it makes.",
      severity: 'error',
      from: { pathNot: [dashboards, '^(scripts|test)/'] },
      to: { path: dashboards },
    },
    {
      name: 'production-imports-no-simulator',
      comment:
        'The simulator serves demo, tests and bench, packaging serves packages; production code sees neither.',
      severity: 'error',
      from: { path: `^(lib|cli|${components.join('|')})/` },
      to: { path: '^(packaging|simulator|scripts|bench)/' },
    },
    {
      name: 'one-file-knows-the-token-library',
      comment: 'Its quirks (what it prints, throws, and leaves unlimited) are tamed in one place.',
      severity: 'error',
      from: { pathNot: '^auth-biscuit/io/biscuit\\.ts$' },
      to: { path: 'node_modules/@biscuit-auth/' },
    },
    {
      name: 'no-circles',
      comment: 'Two files that import each other are one file with two names.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that is no entry is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: [entries, '\\.test\\.ts$', '\\.d\\.ts$'] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
