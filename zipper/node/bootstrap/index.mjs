// The process that Lambda would start: finds the handler, then takes one event after another.
//
// Started by zipper.node.sandbox with the event channel on descriptors 3 and 4. The generation of
// the loader is the one argument: 3 for runtimes up to nodejs22.x, 4 from nodejs24.x on.
// Source: the rules are those of aws-lambda-ric 3.3.0 and 4.0.2; the code is zipper's.

import channel from './channel.cjs';
import { patchConsole } from './log.cjs';
import { searchNodePath } from './search.mjs';

const generation = process.argv.pop();
channel.send({ kind: 'started', version: process.versions.node });
patchConsole(generation);
searchNodePath();
const { run } = await import(generation === '4' ? './runtime4.mjs' : './runtime3.mjs');
// Not awaited: a promise that never settles must end the process as on Lambda, not with code 13.
run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
