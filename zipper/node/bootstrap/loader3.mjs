// Finding the handler on nodejs18.x to nodejs22.x.
// Source: the lookup order of aws-lambda-ric 3.3.0; see zipper.checks for the same rules on a zip.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import channel from './channel.cjs';
import { HandlerNotFound, ImportModuleError, UserCodeSyntaxError } from './failures.cjs';
import { splitHandler } from './handler-name.cjs';

const require = createRequire(import.meta.url);

export async function load(root, handler) {
  const { folder, name, exported } = splitHandler(handler);
  const loaded = await loadModule(root, folder, name);
  channel.send({ kind: 'loaded' });
  const found = exported.reduce((value, key) => value && value[key], loaded);
  if (!found) throw new HandlerNotFound(`${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new HandlerNotFound(`${handler} is not a function`);
  return found;
}

async function loadModule(root, folder, name) {
  try {
    return await find(root, folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new ImportModuleError(error);
    throw error;
  }
}

// The first that exists and gives something truthy; require.resolve has the last word.
async function find(root, folder, name) {
  const file = path.resolve(root, folder, name);
  const isModule = existsSync(`${file}.js`) && isModuleFolder(path.dirname(file));
  return (
    required(file) ||
    (isModule ? await imported(`${file}.js`) : required(`${file}.js`)) ||
    (await imported(`${file}.mjs`)) ||
    required(`${file}.cjs`) ||
    require(require.resolve(name, { paths: [root, folder] }))
  );
}

function required(file) {
  return existsSync(file) ? require(file) : undefined;
}

function imported(file) {
  return existsSync(file) ? import(file) : undefined;
}

// Whether the nearest package.json says `"type": "module"`; one that cannot be read says no.
function isModuleFolder(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest)) {
    try {
      const found = JSON.parse(readFileSync(manifest));
      if (found) return found.type === 'module';
    } catch (error) {
      console.warn(
        `${manifest} cannot be read, it will be ignored for ES module detection purposes.`,
        error,
      );
      return false;
    }
  }
  return folder !== '/' && isModuleFolder(path.dirname(folder));
}
