'use strict';
// The errors that Lambda's runtime raises itself, and how any error is told.

const util = require('node:util');

function runtimeError(name) {
  const Kind = { [name]: class extends Error {} }[name];
  Kind.prototype.name = `Runtime.${name}`;
  return Kind;
}

const CallbackHandlerDeprecated = runtimeError('CallbackHandlerDeprecated');
const HandlerNotFound = runtimeError('HandlerNotFound');
const ImportModuleError = runtimeError('ImportModuleError');
const InvalidStreamingOperation = runtimeError('InvalidStreamingOperation');
const JSONStringifyError = runtimeError('JSONStringifyError');
const MalformedHandlerName = runtimeError('MalformedHandlerName');
const MalformedStreamingHandler = runtimeError('MalformedStreamingHandler');
const UnhandledPromiseRejection = runtimeError('UnhandledPromiseRejection');
const UserCodeSyntaxError = runtimeError('UserCodeSyntaxError');

function looksLikeError(value) {
  return [value?.name, value?.message, value?.stack].every((part) => part && typeof part === 'string');
}

// Returns { errorType, errorMessage, trace } for whatever was thrown.
function describe(error) {
  try {
    if (util.types.isNativeError(error) || error instanceof Error || looksLikeError(error)) {
      const trace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
      return { errorType: error.name, errorMessage: error.message, trace };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    const errorMessage =
      'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
    return { errorType: 'handled', errorMessage, trace: [] };
  }
}

// Logs an error as Lambda does: one line with its own enumerable properties.
function log(title, error) {
  const shown = error instanceof Error ? error : new Error(String(error));
  const details = { errorType: shown.name, errorMessage: shown.message, code: shown.code, ...shown };
  details.stack = typeof shown.stack === 'string' ? shown.stack.split('\n') : undefined;
  let text;
  try {
    text = JSON.stringify(details);
  } catch {
    text = JSON.stringify(describe(shown));
  }
  console.error(title, `\t${text}`);
}

module.exports = {
  CallbackHandlerDeprecated,
  HandlerNotFound,
  ImportModuleError,
  InvalidStreamingOperation,
  JSONStringifyError,
  MalformedHandlerName,
  MalformedStreamingHandler,
  UnhandledPromiseRejection,
  UserCodeSyntaxError,
  describe,
  log,
};
