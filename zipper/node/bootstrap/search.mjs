// `import` of bare names through NODE_PATH, as Lambda's own build of Node does it.
//
// Stock Node searches NODE_PATH for require() only. Lambda's build tries the resolution again from
// each folder of NODE_PATH; so does this, and only after the ordinary resolution has failed.

import { existsSync } from 'node:fs';
import module from 'node:module';
import { pathToFileURL } from 'node:url';

const BARE = /^(?![./#])(?![a-z][a-z0-9+.-]*:)/i;

function parents() {
  const folders = (process.env.NODE_PATH ?? '').split(':');
  const modules = folders.filter((folder) => folder.endsWith('/node_modules') && existsSync(folder));
  return modules.map((folder) => pathToFileURL(folder).href);
}

export function isSought(error, specifier) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && BARE.test(specifier);
}

export function searchNodePath() {
  const urls = parents();
  if (urls.length === 0) return;
  if (module.registerHooks === undefined) {
    module.register('./search-hook.mjs', { parentURL: import.meta.url, data: urls });
    return;
  }
  module.registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!isSought(error, specifier)) throw error;
        for (const parentURL of urls) {
          try {
            return nextResolve(specifier, { ...context, parentURL });
          } catch (other) {
            if (!isSought(other, specifier)) throw other;
          }
        }
        throw error;
      }
    },
  });
}
