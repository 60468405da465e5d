"use strict";
// Says how long each module takes to load: a line on stderr for each, when it has loaded.
// CommonJS, JSON and addons: reading, compiling and running. ES modules: running their own body.
const Module = require("node:module");
const { writeSync } = require("node:fs");
const { performance } = require("node:perf_hooks");
const { fileURLToPath } = require("node:url");

const MARK = "\u0001zipper-load\t";
const frames = [];

function finish(file, began, inner, kind) {
  const took = performance.now() - began;
  if (frames.length) frames[frames.length - 1].inner += took;
  writeSync(2, MARK + kind + "\t" + took.toFixed(3) + "\t" + (took - inner).toFixed(3) + "\t" + file + "\n");
}

for (const extension of [".js", ".json", ".node"]) {
  const load = Module._extensions[extension];
  Module._extensions[extension] = function (module, file) {
    const frame = { inner: 0 }, began = performance.now();
    frames.push(frame);
    try {
      return load.call(this, module, file);
    } finally {
      frames.splice(frames.indexOf(frame), 1);
      finish(file, began, frame.inner, "commonjs");
    }
  };
}

// The bodies of ES modules run one after another, each after those that it imports.
const began = new Map();
globalThis[Symbol.for("zipper.begin")] = (url) => began.set(url, performance.now());
globalThis[Symbol.for("zipper.end")] = (url) => finish(fileURLToPath(url), began.get(url), 0, "module");

if (Module.registerHooks) {
  Module.registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (loaded.format !== "module" || !url.startsWith("file:") || loaded.source == null) return loaded;
      const source = loaded.source.toString();
      const head = source.startsWith("#!") ? source.slice(0, source.indexOf("\n") + 1) : "";
      const name = JSON.stringify(url);
      const call = (word) => `globalThis[Symbol.for("zipper.${word}")](${name});`;
      return { ...loaded, source: head + call("begin") + source.slice(head.length) + "\n" + call("end") };
    },
  });
}
