// The oracle for unpacking: pacote unpacks each tarball as npm does, bin-links mends what `bin` names.
// node extract_with_npm.cjs NPM_FOLDER SCRATCH TARBALL...   prints {tarball: {name: [base64, mode]} | null}
const fs = require('node:fs')
const path = require('node:path')

const [modules, scratch, ...tarballs] = process.argv.slice(2)
const load = name => require(path.join(modules, name))
const pacote = load('pacote')
const fixBin = load('bin-links/lib/fix-bin.js')
const PackageJson = load('@npmcli/package-json')

const list = (folder, prefix = '') => fs.readdirSync(folder, { withFileTypes: true })
  .flatMap(entry => entry.isDirectory()
    ? list(path.join(folder, entry.name), `${prefix}${entry.name}/`)
    : [[prefix + entry.name, path.join(folder, entry.name)]])

const unpack = async (tarball, folder) => {
  // Where there is no usable package.json, pacote unpacks and fails behind that.
  await pacote.extract(`file:${tarball}`, folder, { cache: path.join(scratch, 'cache') })
    .catch(error => { if (!/JSON|ENOENT|package\.json/.test(`${error.code} ${error.message}`)) throw error })
  const { content } = await PackageJson.normalize(folder).catch(() => ({ content: {} }))
  for (const target of Object.values(content.bin || {})) {
    await fixBin(path.join(folder, target)).catch(() => null)
  }
  const files = list(folder).map(([name, file]) =>
    [name, [fs.readFileSync(file).toString('base64'), fs.lstatSync(file).mode & 0o7777]])
  return Object.fromEntries(files)
}

const main = async () => {
  const answers = {}
  for (const [index, tarball] of tarballs.entries()) {
    answers[tarball] = await unpack(tarball, path.join(scratch, String(index))).catch(() => null)
  }
  console.log(JSON.stringify(answers))
}

main()
