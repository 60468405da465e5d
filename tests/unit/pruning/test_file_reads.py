"""What a file reads besides the modules that it requests by a string."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.checks.constants import HERE, ITSELF
from zipper.checks.syntax import open_source
from zipper.pruning.file_reads import FileReads, decode_reads, encode_reads, find_reads, is_plain

SHIM = """var l = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require :
  typeof Proxy !== "undefined" ? new Proxy(x, {
    get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
  }) : x)(function(x) {
  if (typeof require !== "undefined") return require.apply(this, arguments);
  throw Error('Dynamic require of "' + x + '" is not supported');
});
"""
"""What esbuild writes into ES modules that call `require`."""
ITS_URL = (
    "(typeof document === 'undefined' ? require('u' + 'rl').pathToFileURL(__filename).href"
    " : (script && script.src || new URL('x.cjs', document.baseURI).href))"
)
"""What Rollup makes of `import.meta.url` in CommonJS."""
COMPARES = """
const own = typeof __filename !== "undefined" ? __filename : undefined;
function f(error, name) {
  const other = name.replace(/x/g, "/");
  if (error.stack && (error.stack.includes(name) || error.stack.includes(other))) return;
}
if (own) f(new Error(), own);
"""

FOLLOWED = [
    f'{SHIM}l("fs")',
    f"const r = createRequire({ITS_URL}); r('x')",
    COMPARES,
    "if (stack.includes(__filename)) skip()",
    'import { createRequire as make } from "module"; const require = make(import.meta.url)',
    'const { createRequire: make } = module_; make(import.meta.url)("x")',
    "const r = typeof w === 'function' ? __non_webpack_require__ : require; r('x')",
    'const r = require; r("x")',
    "const paths = require.main?.paths || []",
    "show(process.mainModule.filename)",
    'import { createRequire } from "module"; const r = createRequire("/"); r("worker_threads")',
    "require(String.raw`./snippets/x.js`)",
    'require("./x")',
    'const a = require("a"), b = require(`b`)',
    'import x from "y"; export * from "z"',
    'await import("./x.js")',
    'module.exports = require("./x")',
    "if (require.main === module) run()",
    'typeof require === "function"',
    "if (!module.parent) start()",
    "delete require.cache[name]",
    'import { createRequire } from "module"; const require = createRequire(import.meta.url)',
    'import { createRequire } from "module"; const r = createRequire(import.meta.url); r("./x")',
    'createRequire(import.meta.url)("./x")',
    "if (process.argv[1] === fileURLToPath(import.meta.url)) main()",
    'try { require.resolve("x") } catch { }',
    'fs.readFileSync(require.resolve("x/data.json"))',
    'require(path.join(__dirname, "x.js"))',
    "function f(require) { return require(name) }",
    "const get = () => createRequire(place); show(get().cache)",
    "function f(require, { module }) { return g({ require, module }) }",
    "const module = 1; f({ module })",
    "console.log(__filename)",
    'const here = __dirname; require(here + "/x")',
    "x.__dirname = 1",
    "y({ module: 1, require: 2 })",
]

ASSETS = [
    ('fs.readFileSync(__dirname + "/x.txt")', f"{HERE}/x.txt"),
    ('fs.readFileSync(path.join(__dirname, "..", "x.txt"))', f"{HERE}/../x.txt"),
    ('const p = path.join(__dirname, "data"); list(p)', f"{HERE}/data"),
    ('new Worker(new URL("./w.mjs", import.meta.url))', f"{HERE}/./w.mjs"),
    ('exports.bin = path.resolve(__dirname, "bin")', f"{HERE}/bin"),
    ('const d = path.dirname(__filename); open(path.join(d, "x"))', f"{HERE}/x"),
    ('f(import.meta.dirname + "/x")', f"{HERE}/x"),
    ('const w = require.resolve("./w"); spawn(node, [w])', f"{HERE}/./w"),
    ('f(require.resolve("../w.js"))', f"{HERE}/../w.js"),
    (f"fs.readFileSync(new URL('x.bin', {ITS_URL}))", f"{HERE}/x.bin"),
]

OPEN = [
    "list(__dirname)",
    "fs.readFileSync(path.join(__dirname, name))",
    "fs.readFileSync(__dirname + '/' + name)",
    "fs.readFileSync(`${__dirname}/views/${name}`)",
    "const d = __dirname; fs.readdirSync(d)",
    "const d = path.join(__dirname, 'views'); fs.readFileSync(path.join(d, name))",
    "exports.root = __dirname",
    "export const root = import.meta.dirname",
    "load({ __dirname })",
    "f(import.meta)",
    "module.paths.push(x)",
    "open(module.filename)",
    "require('./' + name)",
    "require(`./locale/${name}`)",
    "import(`./pages/${name}.js`)",
    "require(path.join(__dirname, name))",
    "__filename.replace('.js', '.json')",
    "function f() { const d = __dirname; return d }",
    "function f(p) { return p } f(__filename)",
    "function f(p) { const q = p.replace('a', 'b'); read(q) } f(__filename)",
    "function f(p) { return () => list(p) } f(__dirname)",
    "let f = g; function f(p) { return !p } f(__dirname)",
    "const p = require.resolve('./x'); fs.readFileSync(path.join(p, name))",
    "register({ module })",
]

NAMES = [
    ("require(name)", ""),
    ("import(name)", ""),
    ("require('plugin-' + name)", "plugin-"),
    ("require(`@img/sharp-${platform}/sharp.node`)", "@img/sharp-"),
    ("const r = require; r(name)", ""),
    ("f(require)", ""),
    ("x = typeof require === 'function' && require", ""),
    ("module.require(name)", ""),
    ("Module._load(name, module)", ""),
    ("eval('require')('x')", ""),
    ("new Function('m', 'return import(m)')", ""),
    ("eval('quire'.replace(/^/, 're'))(name)", ""),
    ("createRequire(process.cwd() + '/')('x')", "x"),
    ("require.main.require('x')", ""),
    ("process.mainModule.require('x')", ""),
    ("require.resolve(name)", ""),
    ("import.meta.resolve(name)", ""),
    ("const r = createRequire(import.meta.url); r(name)", ""),
    ("createRequire(place)('@s/x')", "@s/x"),
    ("const r = createRequire(place); r('x')", "x"),
    ("function get() { return createRequire(place) } get().resolve('x')", "x"),
    ("const get = () => createRequire(place); get()('x')", "x"),
    ("const get = () => createRequire(place); get()(name)", ""),
    ("const get = () => createRequire(place); hand(get)", ""),
    ("export const r = createRequire(place)", ""),
    ("const r = createRequire(place); r('./x')", ""),
    ("exports.r = createRequire(place)", ""),
    (f"{SHIM}l(name)", ""),
    (f"{SHIM}export {{ l as a }}", ""),
    (f"const r = createRequire({ITS_URL}); r(name)", ""),
    ("import { createRequire as make } from 'module'; make(import.meta.url)(name)", ""),
    ("import { createRequire as make } from 'module'; make(place)('x')", "x"),
    ("const r = w ? __non_webpack_require__ : require; r(name)", ""),
    ("const r = require || other; r(name)", ""),
    ("let r = require; r = other; r(name)", ""),
    ("function f(r = require) { return r(name) }", ""),
    ("function f(a, { b = require }) { return b(name) }", ""),
    ("register({ require })", ""),
    ("show(process.mainModule)", ""),
    ("const main = require.main; main.require(name)", ""),
]

PACKAGES = [
    ("path.dirname(require.resolve('x/package.json'))", "x/package.json"),
    ("const p = require.resolve('x'); run(p)", "x"),
    ("import.meta.resolve('x')+''", "x"),
    ("fs.readFileSync('node_modules/@s/x/a.txt')", "@s/x"),
]

CHOICES = [
    ("require(dev ? './a' : './b')", ["./a", "./b"]),
    ("require(name || './default')", ["./default"]),
]


def read(text: str) -> FileReads:
    content = text.encode()
    if is_plain(content):
        return find_reads(content, None, is_plain=True)
    return find_reads(content, open_source(content))


@pytest.mark.parametrize("text", FOLLOWED)
def test_requests_by_strings_read_nothing_else(text: str) -> None:
    """What the closure follows, and what only looks at a place, is no read."""
    found = [one for one in read(text).reads if one.kind not in ("asset", "request")]

    assert [] == found


@pytest.mark.parametrize(("text", "path"), ASSETS)
def test_paths_of_constants_are_assets(text: str, path: str) -> None:
    """A path that is made of constants is named, and nothing is open."""
    found = read(text).reads

    assert path in {one.text for one in found if one.kind == "asset"}
    assert "open" not in {one.kind for one in found}


@pytest.mark.parametrize("text", OPEN)
def test_other_uses_of_the_place_are_open(text: str) -> None:
    """A place in the hands of other code, or with a part that is computed, leads anywhere."""
    assert "open" in {one.kind for one in read(text).reads}


@pytest.mark.parametrize(("text", "start"), NAMES)
def test_computed_requests_keep_their_beginning(text: str, start: str) -> None:
    """A request whose name is computed has the beginning that the text gives."""
    assert start in {one.text for one in read(text).reads if one.kind == "name"}


@pytest.mark.parametrize(("text", "specifier"), PACKAGES)
def test_answers_that_become_paths_name_their_package(text: str, specifier: str) -> None:
    """A package whose place is asked for may have any of its files read."""
    assert specifier in {one.text for one in read(text).reads if one.kind == "package"}


@pytest.mark.parametrize(("text", "specifiers"), CHOICES)
def test_each_of_several_choices_is_a_request(text: str, specifiers: list[str]) -> None:
    """What an expression chooses of is requested, each of them."""
    found = [one.text for one in read(text).reads if one.kind == "request"]

    assert sorted(specifiers) == sorted(found)


def test_a_line_is_where_the_expression_is() -> None:
    """The line of a read is that of the expression, counted from 1."""
    (found,) = [one for one in read("\n\nlist(__dirname)\n").reads if one.kind == "open"]

    assert (3, "list(__dirname)") == (found.line, found.expression)


def test_a_file_that_is_not_parsed_may_read_anything() -> None:
    """What cannot be parsed is open and may request any name."""
    assert {"open", "name"} == {one.kind for one in find_reads(b"x", None).reads}


@given(st.text(alphabet="_dirnamefilequ()+'\"`${}./ \n;=", max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Whatever the text, the reads are values that JSON brings back as they were."""
    found = read(f"{text}\n__dirname\n{text}")

    assert found == decode_reads(encode_reads(found))


@given(st.sampled_from([HERE, ITSELF]), st.text(alphabet="ab/.-", min_size=1, max_size=20))
def test_a_constant_path_is_an_asset_however_it_is_written(place: str, path: str) -> None:
    """Concatenation, a template and a name for it give the same asset."""
    name = {HERE: "__dirname", ITSELF: "__filename"}[place]
    forms = (
        f"f({name} + '/{path}')",
        f"f(`${{{name}}}/{path}`)",
        f"const p = {name} + '/{path}'; f(p)",
    )
    found = [{one.text for one in read(form).reads if one.kind == "asset"} for form in forms]

    assert [{f"{place}/{path}"}] * 3 == found
