// The runtimes from nodejs24.x on: the answer is what the handler's promise gives.

import channel from './channel.cjs';
import { describeInvocation } from './context.cjs';
import { JSONStringifyError, describe, log } from './failures.cjs';
import { InvokeStore } from './invoke-store.cjs';
import { load } from './loader4.mjs';
import { createStream, defineGlobal, finished, isStreaming } from './streaming.cjs';

export async function run(root, handlerName) {
  const store = new InvokeStore();
  defineGlobal({ InvokeStore: store });
  let handler;
  try {
    handler = await load(root, handlerName);
  } catch (error) {
    log('Init Error', error);
    channel.send({ kind: 'init-error' }, JSON.stringify(describe(error)));
    throw error;
  }
  channel.send({ kind: 'handler' });
  process.on('beforeExit', () => channel.send({ kind: 'unsettled' }));
  const answer = isStreaming(handler) ? answerStreaming : answerBuffered;
  for (;;) {
    const invocation = channel.next();
    const context = { ...describeInvocation(invocation), xRayTraceId: invocation.traceId };
    await store.enter(invocation, () => answer(handler, JSON.parse(invocation.body), context));
  }
}

async function answerBuffered(handler, event, context) {
  try {
    const result = await handler(event, context);
    await nextTurn();
    channel.send({ kind: 'response' }, serialise(result));
  } catch (error) {
    await nextTurn();
    log('Invoke Error', error);
    channel.send({ kind: 'error' }, JSON.stringify(describe(error)));
  }
}

async function answerStreaming(handler, event, context) {
  const stream = createStream(handler);
  try {
    const result = handler(event, stream, context);
    if (typeof result?.then !== 'function') {
      throw new Error('Streaming does not support non-async handlers.');
    }
    if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
    await finished(stream);
  } catch (error) {
    await nextTurn();
    log('Invoke Error', error);
    stream.fail(error);
  }
}

function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}

function serialise(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? '';
  } catch {
    throw new JSONStringifyError('Unable to stringify response body');
  }
}
