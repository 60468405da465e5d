// Writes the lockfiles that npm would write: node arborist.cjs NPM_FOLDER
// A question is a line {folder, registry, cache, options, update: true, names or null} of JSON; the
// answer is a line {code}, null where npm has written a lockfile, {crash} where it has broken down.
const path = require('node:path')
const readline = require('node:readline')

const load = require('node:module').createRequire(path.join(process.argv[2], 'package.json'))
const Arborist = load('@npmcli/arborist')
const npmVersion = load('./package.json').version

async function answer ({ folder, registry, cache, options, update }) {
  const all = {
    path: folder, registry, cache, packageLockOnly: true, packageLock: true, ignoreScripts: true,
    audit: false, fund: false, save: !update, omit: [], include: [], npmVersion,
    nodeVersion: process.version, fetchRetries: 0, workspacesEnabled: true, ...options,
    ...(options.before ? { before: new Date(options.before) } : {}),
    ...(update ? { update: update === true ? { all: true } : { names: update } } : {}),
  }
  try {
    await new Arborist(all).reify(all)
    return { code: null }
  } catch (error) {
    // The one error in kind to which arborist gives no code.
    if (error.message.startsWith('Unable to resolve reference')) return { code: 'EOVERRIDE' }
    return error.code ? { code: error.code } : { crash: error.message }
  }
}

// What has failed is told by the answer; arborist leaves other requests of the same case behind.
process.on('unhandledRejection', () => {})

async function main () {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
  }
}

main()
