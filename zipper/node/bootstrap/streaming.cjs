'use strict';
// Response streaming: the `awslambda` global and the stream that a streaming handler writes to.

const { Writable } = require('node:stream');
const channel = require('./channel.cjs');
const { InvalidStreamingOperation, MalformedStreamingHandler, describe } = require('./failures.cjs');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response';
const DELIMITER = new Uint8Array(8);

class HttpResponseStream {
  static from(stream, prelude) {
    stream.setContentType(INTEGRATION_TYPE);
    stream._onBeforeFirstWrite = (write) => {
      write(JSON.stringify(prelude));
      write(DELIMITER);
    };
    return stream;
  }
}

class ResponseStream extends Writable {
  #contentType = 'application/octet-stream';
  #isStarted = false;

  setContentType(contentType) {
    if (this.#isStarted) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    this.#contentType = contentType;
  }

  write(chunk, ...rest) {
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
    this.#start();
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...rest);
  }

  #start() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    channel.send({ kind: 'stream', contentType: this.#contentType });
    this._onBeforeFirstWrite?.((chunk) => super.write(chunk));
  }

  _write(chunk, _encoding, callback) {
    channel.send({ kind: 'chunk' }, chunk);
    callback();
  }

  _final(callback) {
    this.#start();
    channel.send({ kind: 'end' });
    callback();
  }

  fail(error) {
    channel.send({ kind: 'error' }, JSON.stringify(describe(error)));
    this.destroy();
  }
}

function createStream(handler) {
  const mark = Number.parseInt(handler[HIGH_WATER_MARK], 10);
  return new ResponseStream(Number.isNaN(mark) ? {} : { highWaterMark: mark });
}

function isStreaming(handler) {
  const value = handler[STREAMING];
  if (value === undefined || value === null || value === false) return false;
  if (value === 'response') return true;
  throw new MalformedStreamingHandler('Only response streaming is supported.');
}

function streamifyResponse(handler, options) {
  handler[STREAMING] = 'response';
  if (typeof options?.highWaterMark === 'number') {
    handler[HIGH_WATER_MARK] = Number.parseInt(options.highWaterMark, 10);
  }
  return handler;
}

// Settles once the stream has ended. One that is never ended keeps the invocation open until its
// timeout, as the connection to the service does on Lambda.
async function finished(stream) {
  if (stream.writableFinished) return;
  const connection = setInterval(() => {}, 60_000);
  await new Promise((resolve) => stream.once('finish', resolve));
  clearInterval(connection);
}

function defineGlobal(more = {}) {
  if (['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) return;
  globalThis.awslambda = { ...globalThis.awslambda, ...more, streamifyResponse, HttpResponseStream };
}

module.exports = { createStream, defineGlobal, finished, isStreaming };
