// The same search for releases of Node whose hooks run in a thread of their own.

import { isSought } from './search.mjs';

let urls = [];

export function initialize(data) {
  urls = data;
}

export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!isSought(error, specifier)) throw error;
    for (const parentURL of urls) {
      try {
        return await nextResolve(specifier, { ...context, parentURL });
      } catch (other) {
        if (!isSought(other, specifier)) throw other;
      }
    }
    throw error;
  }
}
