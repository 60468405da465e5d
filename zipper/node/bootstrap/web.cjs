'use strict';
// Loaded before the entry file of a web function: starts what asks its server, in a thread of its
// own, which the program's own changes of `http` and its work do not reach.

const { Worker } = require('node:worker_threads');
const path = require('node:path');
const { send } = require('./channel.cjs');

send({ kind: 'started', version: process.versions.node });
const at = process.execArgv.indexOf('--require');
// Programs that the function starts inherit the flags, and are no web functions.
process.execArgv.splice(at, 2);
const file = path.join(__dirname, 'web-client.cjs');
new Worker(file, { execArgv: [], stdout: false, stderr: false }).unref();
