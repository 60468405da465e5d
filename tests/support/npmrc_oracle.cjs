// What npm itself makes of .npmrc files: node npmrc_oracle.cjs NPM_FOLDER < cases.json
// A case: {project, user, global: text or absent, env: {}, keys, urls}.
// An answer: {flat, credentials, values} or {error}.
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const npmPath = process.argv[2]
const load = require('node:module').createRequire(path.join(npmPath, 'package.json'))
const Config = load('@npmcli/config')
const { definitions, shorthands, flatten, nerfDarts } = load('@npmcli/config/lib/definitions')
const getAuth = load('npm-registry-fetch/lib/auth.js')

async function answer (given, folder) {
  const [project, home, prefix] = ['project', 'home', 'prefix'].map(name => path.join(folder, name))
  fs.mkdirSync(path.join(prefix, 'etc'), { recursive: true })
  fs.mkdirSync(project)
  fs.mkdirSync(home)
  fs.writeFileSync(path.join(project, 'package.json'), '{}')
  fs.writeFileSync(path.join(project, '.npmrc'), given.project ?? '')
  fs.writeFileSync(path.join(home, '.npmrc'), given.user ?? '')
  fs.writeFileSync(path.join(prefix, 'etc', 'npmrc'), given.global ?? '')
  const config = new Config({
    npmPath, definitions, shorthands, flatten, nerfDarts,
    env: { HOME: home, PREFIX: prefix, ...given.env },
    argv: ['node', 'npm'], cwd: project, execPath: '/bin/node', warn: false,
  })
  await config.load()
  try {
    config.validate()
  } catch (error) {
    if (error.code !== 'ERR_INVALID_AUTH') throw error
  }
  const flat = config.flat
  const credentials = {}
  for (const url of given.urls ?? []) {
    const { token, auth } = getAuth(url, flat)
    credentials[url] = token ? `Bearer ${token}` : auth ? `Basic ${auth}` : null
  }
  const set = (given.keys ?? []).filter(key => (config.find(key) ?? 'default') !== 'default')
  const values = Object.fromEntries(set.map(key => [key, config.get(key)]))
  return { flat: { ...flat }, credentials, values }
}

async function answerAsFar (given) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'npmrc-'))
  let found
  try {
    found = await answer(given, folder)
  } catch (error) {
    found = { error: error.message }
  }
  fs.rmSync(folder, { recursive: true })
  return JSON.parse(JSON.stringify(found).replaceAll(folder, 'FOLDER'))
}

async function main () {
  const answers = []
  for (const given of JSON.parse(fs.readFileSync(0, 'utf8'))) answers.push(await answerAsFar(given))
  console.log(JSON.stringify(answers))
}

module.exports = answerAsFar
if (require.main === module) main()
