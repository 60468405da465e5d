// What npm's own packages answer: node npm_answers.cjs NPM_FOLDER QUESTIONS.json
// The file has {"table": [question, ...], ...}.
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const load = require('node:module').createRequire(path.join(process.argv[2], 'package.json'))
const { Minimatch, minimatch } = load('minimatch')
const Arborist = load('@npmcli/arborist')
const packlist = load('npm-packlist')
const npa = load('npm-package-arg')
const semver = load('semver')
const ssri = load('ssri')
const ini = load('ini')
const { checkPlatform, checkEngine, checkDevEngines } = load('npm-install-checks')
const parseConflict = load('parse-conflict-json')
const PackageJson = load('@npmcli/package-json')
const validateName = load('validate-npm-package-name')
const consistentResolve = load('@npmcli/arborist/lib/consistent-resolve.js')
const linesToRevs = load('@npmcli/git/lib/lines-to-revs.js')
const depValid = load('@npmcli/arborist/lib/dep-valid.js')
const OverrideSet = load('@npmcli/arborist/lib/override-set.js')
const pickManifest = load('npm-pick-manifest')
const Node = load('@npmcli/arborist/lib/node.js')
const Link = load('@npmcli/arborist/lib/link.js')
const PlaceDep = load('@npmcli/arborist/lib/place-dep.js')
const calcDepFlags = load('@npmcli/arborist/lib/calc-dep-flags.js')

const attempt = ask => {
  try {
    return ask()
  } catch (error) {
    return { error: error.code ?? '' }
  }
}
const asText = value => typeof value === 'number' ? String(value) : value // npm gives it its type later
const unescape = text => text.replace(/\\([,{}.])/g, '$1')
const bits = found => found.map(one => one ? '1' : '0').join('')
const { compare } = new Intl.Collator('en')

function showSpec (spec) {
  const { type, registry, name, scope, escapedName, rawSpec, saveSpec, fetchSpec } = spec
  const shown = { type, registry: !!registry, name, scope, escapedName, rawSpec, saveSpec, fetchSpec }
  Object.assign(shown, { string: String(spec) })
  if (type === 'git') {
    const { gitCommittish, gitRange, gitSubdir, hosted } = spec
    Object.assign(shown, { gitCommittish, gitRange, gitSubdir, hosted: null })
    if (hosted) {
      const { type, domain, user, project, committish, auth } = hosted
      shown.hosted = {
        type, domain, user, project, committish, auth, default: hosted.default,
        string: hosted.toString(), shortcut: hosted.shortcut({ noCommittish: true }),
        ssh: hosted.ssh({ noCommittish: true }), sshurl: hosted.sshurl({ noCommittish: true, noGitPlus: true }),
        https: hosted.https({ noCommittish: true, noGitPlus: true }), git: hosted.git({ noCommittish: true }),
        tarball: hosted.tarball(),
      }
    }
  }
  if (spec.subSpec) shown.subSpec = showSpec(spec.subSpec)
  return shown
}

async function normalize (manifest) {
  const found = new PackageJson()
  found.fromContent(manifest)
  await found.normalize()
  return found.content
}

function findCommit ([lines, { gitRange, gitCommittish }]) {
  const revs = linesToRevs(lines.split('\n'))
  if (gitRange) {
    const packument = { versions: revs.versions, 'dist-tags': revs['dist-tags'], name: 'x' }
    try {
      return pickManifest(packument, gitRange).sha
    } catch {
      return null
    }
  }
  const found = gitCommittish ? revs.refs[gitCommittish] ?? revs.refs[revs.shas[gitCommittish]] : revs.refs.HEAD
  return found?.sha ?? (/^[0-9a-f]{40,64}$/.test(gitCommittish) ? gitCommittish : null)
}

async function listPacked (files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'packed-'))
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), typeof text === 'string' ? text : JSON.stringify(text))
  }
  try {
    const found = await packlist(await new Arborist({ path: folder }).loadActual())
    return found.map(one => one.replace(/^\.\//, '')) // before an `@`
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

const askNpmrc = require('./npmrc_oracle.cjs')

async function readSettings (given) {
  const { error, flat, values, credentials } = await askNpmrc(given)
  if (error) return { error: '' }
  const { installStrategy, packageLock, preferOnline, preferOffline } = flat
  const options = { installStrategy, packageLock, preferOnline, preferOffline }
  return { values, credentials, options, omit: [...flat.omit].sort() }
}

function isValid ({ node, wanted, accept, source, locked }) {
  const child = { ...node, package: { version: node.version } }
  const packages = { [source.location]: { [locked.kind]: { [node.name]: locked.spec } } }
  const root = { realpath: '/p', meta: { data: { packages: locked.spec ? packages : {} } } }
  return !!depValid(child, wanted, accept ?? undefined, { ...source, root, errors: [], edgesOut: new Map() })
}

function readOverrides ([overrides, edges, nodes]) {
  const all = []
  const list = set => { all.push(set); for (const kid of set.children.values()) list(kid) }
  list(new OverrideSet({ overrides }))
  const show = set => [...set.ancestry()].map(one => one.key ?? '').reverse().join(' > ')
  return all.map(set => [
    show(set), set.value ?? '', edges.map(one => show(set.getEdgeRule(one))), nodes.map(one => show(set.getNodeRule(one))),
    bits(all.map(other => OverrideSet.doOverrideSetsConflict(set, other))),
  ])
}

function readFlags (tree) {
  const nodes = {}
  for (const [location, pkg] of Object.entries(tree).sort(([, one], [, other]) => !!one.link - !!other.link)) {
    const at = path.join('/p', location)
    const above = location.replace(/(^|\/)node_modules\/[^/]+$/, '')
    const where = location === '' ? {} : location.endsWith('q') ? { root: nodes[''] } : { parent: nodes[above] }
    nodes[location] = pkg.link
      ? new Link({ ...where, name: path.basename(location), path: at, target: nodes[pkg.link] })
      : new Node({ ...where, name: path.basename(at), path: at, realpath: at, pkg: { version: '1.0.0', ...pkg } })
  }
  calcDepFlags(nodes[''])
  const words = ['dev', 'optional', 'devOptional', 'peer']
  const found = Object.entries(nodes).filter(([, one]) => !one.isLink)
  return Object.fromEntries(found.map(([location, one]) => [location, one.extraneous ? null : words.filter(word => one[word] && !(word === 'devOptional' && (one.dev || one.optional)))])) // as it is written
}

const make = (name, { integrity, resolved, hasShrinkwrap, fails, ...pkg }, parent) =>
  new Node({ parent, name, integrity, resolved, hasShrinkwrap, error: fails && new Error('none'), pkg: { name, ...pkg } })
const split = location => location.match(/^(?:(.*)\/)?node_modules\/([^/]+)$/).slice(1).map(one => one ?? '')
const find = (root, location) => [...root.inventory.values()].find(one => one.location === location)
const list = root => [...root.inventory.values()].sort((a, b) => a.location < b.location ? -1 : 1)
const listEdges = (node, show) => [...node.edgesOut.values()].sort((a, b) => a.name < b.name ? -1 : 1)
  .map(edge => [edge.name, edge.to ? edge.to.location : null, show(edge)])

function makeTree (tree) {
  const root = new Node({ path: '/p', pkg: { name: 'p', ...tree[''] }, loadOverrides: true })
  for (const [location, pkg] of Object.entries(tree).slice(1)) {
    const [above, name] = split(location)
    make(name, pkg, find(root, above))
  }
  return root
}

function readDraft ([tree, steps]) {
  const root = makeTree(tree)
  const show = () => list(root).map(one => [
    one.location, one.version, listEdges(one, edge => edge.valid ? 1 : 0),
    bits([one.canDedupe(false), one.canDedupe(true)]),
    list(root).filter(other => other !== one && other.name === one.name)
      .map(other => bits([one.matches(other), one.canReplaceWith(other), one.canReplaceWith(other, 'abc')])).join(' '),
  ])
  const found = [show()]
  for (const [kind, at, pkg] of steps) {
    const node = find(root, at)
    const [above, name] = split(at)
    if (!(kind === 'put' ? find(root, above) : node)) continue
    if (kind === 'put') make(name, pkg, find(root, above))
    else if (kind === 'remove') node.root = null
    else make(name, pkg).replace(node)
    found.push(show())
  }
  return found
}

function readPlace ([tree, at, name, packages, options]) {
  const root = makeTree(tree)
  const from = find(root, at)
  const virtual = new Node({ path: from.realpath, sourceReference: from, overrides: from.overrides })
  for (const [one, pkg] of Object.entries(packages)) make(one, pkg, virtual)
  const dep = virtual.children.get(name)
  let found
  try {
    found = new PlaceDep({ edge: from.edgesOut.get(name), dep, updateNames: [], ...options })
  } catch (error) {
    return from.root === root ? error.code ?? 'a fault' : 'places below what is gone'
  }
  const isThere = one => one && one.root === root
  const show = one => [one.edge.name, one.canPlace?.canPlace.description ?? null, one.canPlace?.canPlaceSelf.description ?? null,
    isThere(one.placed) ? one.placed.location : null, [...one.needEvaluation].filter(isThere).map(node => node.location).sort(), one.children.map(show)]
  const depart = one => !isThere(one.edge.from) || one.children.some(depart)
  if (depart(found)) return 'places below what is gone'
  const edges = one => listEdges(one, edge => bits([edge.valid, edge.peerConflicted]))
  return [show(found), list(root).map(one => [one.location, one.version, one.isLink ? one.target.location : [one.resolved, one.integrity, one.errors.length], one.isLink ? [] : edges(one)])]
}

const ANSWERS = {
  'ignore-rules': ([pattern, paths]) => attempt(() => {
    const rule = new Minimatch(pattern, { matchBase: true, dot: true, flipNegate: true, nocase: true })
    return [rule.negate, bits(paths.map(one => rule.match(one))), bits(paths.map(one => rule.match(one, true)))]
  }),
  'path-globs': ([pattern, paths]) => attempt(() => bits(paths.map(one => minimatch(`${one}/x`, `${pattern}/x`)))), // as for the package.json of workspaces
  braces: pattern => [...new Set(minimatch.braceExpand(pattern).map(unescape))].filter(Boolean),
  packed: listPacked,
  specs: ([name, spec, where]) => attempt(() => showSpec(name === null ? npa(spec, where) : npa.resolve(name, spec, where))),
  versions: ([text, loose]) => {
    const found = semver.parse(text, { loose })
    return [found && [found.version, found.prerelease, found.build], semver.clean(text, { loose })]
  },
  orders: ([a, b]) => [semver.compare(a, b), semver.diff(a, b)],
  ranges: ([a, b, loose, includePrerelease, versions]) => {
    const options = { loose, includePrerelease }
    const valid = text => semver.validRange(text, options) !== null
    return [
      semver.validRange(a, options), valid(a) && valid(b) && semver.intersects(a, b, options),
      semver.maxSatisfying(versions, a, options), semver.minSatisfying(versions, a, options),
      bits(versions.map(one => semver.satisfies(one, a, options))),
    ]
  },
  collation: texts => texts.map(one => bits(texts.map(other => compare(one, other) < 0))),
  integrity: ([text, strict, other]) => {
    const found = ssri.parse(text, { strict })
    const match = found && attempt(() => found.match(other, {}))
    return [found && found.toString(), found && attempt(() => found.pickAlgorithm()), match ? String(match) : null]
  },
  platforms: ([target, environment, force]) => attempt(() => { checkPlatform(target, force, environment); return null }),
  engines: ([target, npm, node, force]) => attempt(() => { checkEngine(target, npm, node, force); return null }),
  'dev-engines': ([wanted, current]) => attempt(() => checkDevEngines(wanted, current).filter(one => one.isWarn || one.isError).map(one => [one.engine, !!one.isError])),
  conflicts: text => attempt(() => parseConflict(text)),
  bins: async ([name, bin]) => (await normalize({ name, bin })).bin ?? {},
  bundles: async manifest => (await normalize(manifest)).bundleDependencies ?? [],
  names: name => validateName(name).validForOldPackages,
  ini: text => Object.entries(ini.decode(text))
    .filter(([, value]) => typeof value !== 'object' || value === null || Array.isArray(value))
    .map(([key, value]) => [key, Array.isArray(value) ? value.map(asText) : asText(value)]),
  resolved: text => {
    const found = attempt(() => consistentResolve(text))
    return found === null || found.error !== undefined || found.startsWith('file:') ? text : found
  },
  commits: asked => attempt(() => findCommit(asked)),
  urls: text => attempt(() => {
    const { href, protocol, username, password, hostname, port, pathname, search, hash } = new URL(text)
    return { href, protocol, username, password, hostname, port, pathname, search, hash }
  }),
  uris: text => [encodeURIComponent(text), attempt(() => decodeURIComponent(text)), text.trim(), text.trim().replace(/\s+/g, ' ')],
  paths: ([base, one]) => [path.posix.normalize(one).replace(/(?<=.)\/$/, '').replace(/^\.$/, ''), path.posix.resolve('/', base, one), path.posix.relative(path.posix.resolve('/', base), path.posix.resolve('/', one))],
  'dep-valid': asked => attempt(() => isValid(asked)),
  overrides: asked => attempt(() => readOverrides(asked)),
  npmrc: readSettings,
  flags: readFlags,
  drafts: asked => attempt(() => readDraft(asked)),
  placements: asked => attempt(() => readPlace(asked)),
  clashes: asked => attempt(() => readPlace(asked)),
  dates: text => Date.parse(text),
  picks: ([packument, wanted, options]) => attempt(() => {
    const { version, _shouldAvoid, _outsideDependencyRange, _isSemVerMajor } = pickManifest(packument, wanted, options)
    return { version, shouldAvoid: !!_shouldAvoid, outsideDependencyRange: !!_outsideDependencyRange, isSemVerMajor: !!_isSemVerMajor }
  }),
}

async function main () {
  const answers = {}
  for (const [table, asked] of Object.entries(JSON.parse(fs.readFileSync(process.argv[3], 'utf8')))) {
    answers[table] = []
    for (const one of asked) answers[table].push(await ANSWERS[table](one))
  }
  console.log(JSON.stringify(answers))
}

main()
