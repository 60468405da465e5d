// Finding the handler from nodejs24.x on.
// Source: the lookup order of aws-lambda-ric 4.0.2; see zipper.checks for the same rules on a zip.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import channel from './channel.cjs';
import {
  CallbackHandlerDeprecated,
  HandlerNotFound,
  ImportModuleError,
  UserCodeSyntaxError,
} from './failures.cjs';
import { splitHandler } from './handler-name.cjs';
import { isStreaming } from './streaming.cjs';

const require = createRequire(import.meta.url);
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

export async function load(root, handler) {
  const { folder, name, exported } = splitHandler(handler);
  const loaded = await loadModule(root, folder.replace(/\/$/, ''), name);
  channel.send({ kind: 'loaded' });
  const isObject = typeof loaded === 'object' && loaded !== null;
  const found =
    descend(loaded, exported) ||
    (isObject && 'default' in loaded ? descend(loaded.default, exported) : undefined);
  if (!found) throw new HandlerNotFound(`${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new HandlerNotFound(`${handler} is not a function`);
  refuseCallback(found, isStreaming(found));
  return found;
}

async function loadModule(root, folder, name) {
  try {
    return await find(root, folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw wrapSyntaxError(error);
    if (error instanceof Error && error.code === 'MODULE_NOT_FOUND') {
      throw new ImportModuleError(String(error));
    }
    throw error;
  }
}

function wrapSyntaxError(error) {
  const wrapped = new UserCodeSyntaxError(String(error));
  wrapped.stack = error.stack;
  return wrapped;
}

// The first name that exists is imported, whatever it is; require.resolve has the last word.
async function find(root, folder, name) {
  const file = path.resolve(root, folder, name);
  for (const extension of EXTENSIONS) {
    if (existsSync(file + extension)) return import(file + extension);
  }
  return require(require.resolve(name, { paths: [root, path.join(root, folder)] }));
}

function descend(value, keys) {
  return keys.reduce((inner, key) => (inner && typeof inner === 'object' ? inner[key] : undefined), value);
}

function refuseCallback(handler, streams) {
  if (handler.length < 3 || streams) return;
  throw new CallbackHandlerDeprecated(
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  );
}
