'use strict';
// console.* as on Lambda: time, request id and level before each message, one line a call.

const { format } = require('node:util');

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');

let unknown;

// Output is written before the call returns: reading the next event blocks the process, and what
// would still wait in it then were lost.
function writeAtOnce() {
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
}

// Generation 3 prints `undefined` before the first event, generation 4 a dash.
function patchConsole(generation) {
  writeAtOnce();
  unknown = generation === '4' ? '-' : undefined;
  const lowest = Math.max(LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? '').toLowerCase()), 0);
  LEVELS.forEach((level, rank) => {
    console[level] = (...parts) => {
      if (rank < lowest) return;
      const id = globalThis[REQUEST_ID] ?? unknown;
      const head = `${new Date().toISOString()}\t${id}\t${level.toUpperCase()}`;
      const line = `${head}\t${format(...parts)}`;
      process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
    };
  });
  console.log = console.info;
}

function setRequestId(id) {
  globalThis[REQUEST_ID] = id;
}

module.exports = { patchConsole, setRequestId };
