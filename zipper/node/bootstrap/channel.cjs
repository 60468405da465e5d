'use strict';
// Frames to and from zipper: a line of JSON, then as many bytes as its `size` says.
//
// Reading blocks the whole process, as Lambda freezes it between two invocations. The functions
// are taken once, so that a handler that replaces those of `fs` does not end the conversation.

const { readSync, writeSync } = require('node:fs');
const { parse, stringify } = JSON;
const toBuffer = Buffer.from;

const EVENTS = 3;
const MESSAGES = 4;
const NEWLINE = 10;

function readByte() {
  const one = Buffer.allocUnsafe(1);
  return readSync(EVENTS, one, 0, 1, null) === 1 ? one[0] : -1;
}

function readExactly(size) {
  const payload = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const count = readSync(EVENTS, payload, at, size - at, null);
    if (count === 0) return null;
    at += count;
  }
  return payload;
}

function writeAll(bytes) {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(MESSAGES, bytes, at, bytes.length - at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

// Sends one frame; `payload` is a string or bytes.
function send(header, payload = '') {
  const bytes = typeof payload === 'string' ? toBuffer(payload) : payload;
  writeAll(toBuffer(`${stringify({ ...header, size: bytes.length })}\n`));
  if (bytes.length > 0) writeAll(bytes);
}

// Says that the runtime is ready and waits for the next invocation; never returns after the last.
function next() {
  send({ kind: 'next' });
  const line = [];
  for (let byte = readByte(); byte !== NEWLINE; byte = readByte()) {
    if (byte === -1) process.reallyExit(0);
    line.push(byte);
  }
  const header = parse(toBuffer(line).toString());
  const payload = readExactly(header.size);
  if (payload === null) process.reallyExit(0);
  return { ...header, body: payload.toString() };
}

module.exports = { next, send };
