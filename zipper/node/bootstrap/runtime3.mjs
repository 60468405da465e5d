// The runtimes up to nodejs22.x: callbacks, and an answer once nothing is left to do.

import channel from './channel.cjs';
import { describeInvocation } from './context.cjs';
import { UnhandledPromiseRejection, describe, log } from './failures.cjs';
import { load } from './loader3.mjs';
import { createStream, defineGlobal, finished, isStreaming } from './streaming.cjs';

let isInvoked = false;
let onIdle = () => {};

function report(error, status) {
  channel.send({ kind: isInvoked ? 'error' : 'init-error' }, JSON.stringify(describe(error)));
  process.exit(status);
}

export async function run(root, handlerName) {
  process.on('uncaughtException', (error) => {
    log('Uncaught Exception', error);
    report(error, 129);
  });
  process.on('unhandledRejection', (reason) => {
    const error = new UnhandledPromiseRejection(reason);
    log('Unhandled Promise Rejection', error);
    report(error, 128);
  });
  process.on('beforeExit', () => onIdle());
  defineGlobal();
  let handler;
  let takeOne;
  try {
    handler = await load(root, handlerName);
    takeOne = streams(handler) ? takeStreaming : takeBuffered;
  } catch (error) {
    log('Uncaught Exception', error);
    report(error, 129);
    return;
  }
  channel.send({ kind: 'handler' });
  schedule(() => takeOne(handler));
}

// The runtime itself fails here: aws-lambda-ric 3.3.0 names a class that it does not import.
function streams(handler) {
  try {
    return isStreaming(handler);
  } catch {
    throw new ReferenceError('MalformedStreamingHandler is not defined');
  }
}

let iterate;

function schedule(first) {
  iterate = first ?? iterate;
  setImmediate(iterate);
}

// The answer waits for an empty event loop where callbackWaitsForEmptyEventLoop says so.
function takeBuffered(handler) {
  const invocation = channel.next();
  isInvoked = true;
  const answer = createAnswer();
  const context = Object.assign(answer.context, describeInvocation(invocation));
  onIdle = () => answer.send(null);
  try {
    const result = handler(JSON.parse(invocation.body), context, answer.callback);
    if (typeof result?.then === 'function') {
      onIdle = () => {
        channel.send({ kind: 'unsettled' });
        answer.send(null);
      };
      result.then(context.succeed, context.fail).catch(context.fail);
    }
  } catch (error) {
    answer.callback(error);
  }
}

function createAnswer() {
  let isAnswered = false;
  let isSent = false;
  let waits = true;
  const finish = (header, payload) => {
    isSent = true;
    onIdle = () => {};
    channel.send(header, payload);
    schedule();
  };
  const send = (result) => {
    if (isSent) {
      console.error(
        'Invocation has already been reported as done. Cannot call complete more than once per invocation.',
      );
      return;
    }
    finish({ kind: 'response' }, serialise(result));
  };
  const fail = (error) => {
    log('Invoke Error', error);
    finish({ kind: 'error' }, JSON.stringify(describe(error)));
  };
  const done = (error, result) => {
    if (error !== undefined && error !== null) fail(error);
    else send(result);
  };
  const callback = (error, result) => {
    if ((error !== undefined && error !== null) || !waits) done(error, result);
    else onIdle = () => setImmediate(() => send(result));
  };
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: once((result) => done(null, result)),
    fail: once((error) => done(error ?? 'handled')),
    done: once(done),
  };
  return { callback: once(callback), context, send };

  // One answer for an invocation; a call that throws does not count.
  function once(call) {
    return (...values) => {
      if (isAnswered) return;
      call(...values);
      isAnswered = true;
    };
  }
}

function serialise(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? '';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

async function takeStreaming(handler) {
  const invocation = channel.next();
  isInvoked = true;
  const stream = createStream(handler);
  let waits = true;
  const context = Object.assign(
    {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits = value;
      },
    },
    describeInvocation(invocation),
  );
  onIdle = () => schedule();
  const proceed = () => {
    if (waits) onIdle = () => setImmediate(() => schedule());
    else schedule();
  };
  try {
    const result = handler(JSON.parse(invocation.body), stream, context);
    if (typeof result?.then !== 'function') {
      throw 'Streaming does not support non-async handlers.';
    }
    if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
    await finished(stream);
  } catch (error) {
    log('Invoke Error', error);
    stream.fail(error);
  }
  proceed();
}
