"""Real stacks split over a layer: whether they load as before, and what a change of code uploads.

    python -m tests.bench.layer_stacks [FOLDER]

Each stack is a project of popular packages, in CommonJS and in ES modules. It is built whole, then
with a layer of all dependencies; both are run under Lambda's paths, and have to answer the same.
Needs the public registry. Prints a row for each: bytes of the whole zip, of the function with the
layer, of the layer, and the answer.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import zipper

__all__ = ["STACKS", "Stack", "main"]


class Stack(NamedTuple):
    """Packages, and an expression of them that says whether they work."""

    name: str
    dependencies: dict[str, str]
    names: dict[str, str]
    """Package to the name that code gives it; `{a, b}` for names of its own."""
    answer: str


STACKS = (
    Stack(
        "express",
        {"express": "4", "helmet": "7", "serverless-http": "3"},
        {"express": "express", "helmet": "helmet", "serverless-http": "wrap"},
        "typeof wrap(express().use(helmet()).get('/', (q, r) => r.json({ ok: 1 })))",
    ),
    Stack(
        "aws-sdk",
        {"@aws-sdk/client-s3": "3", "@aws-sdk/lib-dynamodb": "3", "@aws-sdk/client-dynamodb": "3"},
        {
            "@aws-sdk/client-s3": "{S3Client}",
            "@aws-sdk/client-dynamodb": "{DynamoDBClient}",
            "@aws-sdk/lib-dynamodb": "{DynamoDBDocumentClient}",
        },
        "[new S3Client({ region: 'a' }), "
        "DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'a' }))].length",
    ),
    Stack(
        "graphql",
        {"@apollo/server": "4", "graphql": "16"},
        {"@apollo/server": "{ApolloServer}", "graphql": "{GraphQLString}"},
        "[typeof new ApolloServer({ typeDefs: 'type Query { a: String }' }), GraphQLString.name]",
    ),
    Stack(
        "sharp",
        {"sharp": "0.33"},
        {"sharp": "sharp"},
        "(await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })"
        ".png().toBuffer()).length",
    ),
    Stack(
        "database",
        {"knex": "3", "pg": "8", "zod": "3", "lodash": "4"},
        {"knex": "knex", "pg": "pg", "zod": "{z}", "lodash": "_"},
        "[knex({ client: 'pg' })('t').where({ a: 1 }).toString(), typeof pg.Client, "
        "z.string().parse('x'), _.chunk([1, 2, 3], 2).length]",
    ),
)


def write_project(folder: Path, stack: Stack, form: str) -> None:
    """Write a project whose handler gives the stack's answer."""
    if form == "esm":
        lines = [f"import {name} from '{package}';" for package, name in stack.names.items()]
        export = "export const handler ="
    else:
        lines = [f"const {name} = require('{package}');" for package, name in stack.names.items()]
        export = "exports.handler ="
    text = "\n".join([*lines, f"{export} async () => ({stack.answer});\n"])
    (folder / ("index.mjs" if form == "esm" else "index.js")).write_text(text)
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": stack.dependencies}
    (folder / "package.json").write_text(json.dumps(manifest))


def run_stack(folder: Path, stack: Stack, form: str, runtime: str) -> str:
    """Return the row of one stack."""
    write_project(folder, stack, form)
    if not (folder / "package-lock.json").exists():
        zipper.resolve(folder)
    places = {name: str(folder / f"{name}.zip") for name in ("whole", "layer", "split")}
    # What is beside is never packed.
    exclude = ["*.zip"]
    options = {"runtime": runtime, "exclude": exclude}
    whole = zipper.build(folder, output=places["whole"], **options)
    layer = zipper.layer(folder, output=places["layer"], runtime=runtime)
    split = zipper.build(folder, output=places["split"], layers=[places["layer"]], **options)
    before = zipper.run(places["whole"], runtime=runtime, memory_mb=512, timeout_seconds=20)
    after = zipper.run(
        places["split"],
        runtime=runtime,
        layers=[places["layer"]],
        memory_mb=512,
        timeout_seconds=20,
    )
    answers = [result.invocations[0].response for result in (before, after)]
    is_same = answers[0] is not None and answers[0] == answers[1]
    return (
        f"{stack.name:10} {form} {runtime}  {whole.size_bytes:>11,} {split.size_bytes:>8,} "
        f"{layer.size_bytes:>11,}  {split.layers[0].packages:>4} of {whole.packages:>4}  "
        f"{split.verdict} {'same' if is_same else 'DIFFERS'} {str(answers[1])[:60]}"
    )


def main(arguments: list[str]) -> int:
    """Print all rows; return 1 where one differs."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(arguments[0]) if arguments else Path(scratch)
        for stack in STACKS:
            for form, runtime in (
                ("cjs", "nodejs24.x"),
                ("esm", "nodejs24.x"),
                ("esm", "nodejs20.x"),
            ):
                folder = base / stack.name / form
                folder.mkdir(parents=True, exist_ok=True)
                rows.append(run_stack(folder, stack, form, runtime))
                print(rows[-1], flush=True)
    return int(any("DIFFERS" in row or " fail " in row for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
