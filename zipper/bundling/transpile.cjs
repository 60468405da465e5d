// Types off, decorators and their metadata in: TypeScript's own transpileModule for many files.
// In: the JSON file of the first argument, {options, files: {name: text}}. Out: the JSON file of the
// second, {name: {text, errors: [{message, line, column}]}}.
"use strict";

const { readFileSync, writeFileSync } = require("node:fs");
const ts = require("./typescript/lib/typescript.js");

const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { options, errors } = ts.convertCompilerOptionsFromJson(asked.options, "/");
const made = Object.create(null);
for (const [fileName, text] of Object.entries(asked.files)) {
  const done = ts.transpileModule(text, { compilerOptions: options, fileName, reportDiagnostics: true });
  made[fileName] = { text: done.outputText, errors: done.diagnostics.map(describe) };
}
writeFileSync(process.argv[3], JSON.stringify({ version: ts.version, made, errors: errors.map(describe) }));

function describe(diagnostic) {
  const message = `TS${diagnostic.code}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")}`;
  if (!diagnostic.file) return { message, line: 0, column: 0 };
  const { line, character } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
  return { message, line: line + 1, column: character };
}
