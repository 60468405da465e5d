'use strict';
// Waits until the web function listens, then sends it one request after another.
//
// Requests and answers are the frames of channel.cjs. Reading never blocks here: a thread that
// waits in the system cannot be ended, and the program may end at any time.

const http = require('node:http');
const net = require('node:net');
const { send } = require('./channel.cjs');

const EVENTS = 3;
const POLL_MS = 5;
const INIT_SECONDS = 9; // a little less than Lambda's ten, to say what is wrong
const BODY_MAX = 1 << 20;

const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');

function connect() {
  const socket = net.connect(Number(port), host);
  socket.on('connect', () => {
    socket.destroy();
    serve();
  });
  socket.on('error', () => {
    if (process.uptime() < INIT_SECONDS) return setTimeout(connect, POLL_MS);
    const errorMessage = `nothing listens on AWS_LAMBDA_HTTP_ENDPOINT, ${host}:${port}`;
    send({ kind: 'init-error' }, JSON.stringify({ errorType: 'Web.NotListening', errorMessage, trace: [] }));
  });
}

function serve() {
  send({ kind: 'loaded' });
  send({ kind: 'handler' });
  let pending = Buffer.alloc(0);
  const events = new net.Socket({ fd: EVENTS, readable: true, writable: false });
  events.on('data', (data) => {
    pending = Buffer.concat([pending, data]);
    const end = pending.indexOf(10);
    if (end < 0) return;
    const { size } = JSON.parse(pending.subarray(0, end).toString());
    if (pending.length < end + 1 + size) return;
    const payload = pending.subarray(end + 1, end + 1 + size).toString();
    pending = pending.subarray(end + 1 + size);
    ask(JSON.parse(payload));
  });
  events.on('error', () => {});
  send({ kind: 'next' });
}

function ask(wanted) {
  const { method, path, headers, body } = wanted;
  const fail = (error) => {
    const text = { errorType: error.code ?? error.name, errorMessage: `${method} ${path}: ${error.message}`, trace: [] };
    send({ kind: 'error' }, JSON.stringify(text));
    send({ kind: 'next' });
  };
  let request;
  try {
    request = http.request({ host, port, method, path, headers, agent: false });
  } catch (error) {
    return fail(error);
  }
  request.on('error', fail);
  request.on('response', (response) => {
    const pieces = [];
    let kept = 0;
    let bodyBytes = 0;
    response.on('data', (piece) => {
      bodyBytes += piece.length;
      if (kept < BODY_MAX) pieces.push(piece.subarray(0, BODY_MAX - kept));
      kept = Math.min(BODY_MAX, kept + piece.length);
    });
    response.on('error', fail);
    response.on('end', () => {
      const whole = Buffer.concat(pieces);
      const text = whole.toString();
      const isText = Buffer.from(text).equals(whole);
      const answer = {
        request: `${method} ${path}`,
        statusCode: response.statusCode,
        headers: response.headers,
        body: isText ? text : whole.toString('base64'),
        isBase64Encoded: !isText,
        bodyBytes,
      };
      send({ kind: 'response' }, JSON.stringify(answer));
      send({ kind: 'next' });
    });
  });
  request.end(body ?? undefined);
}

connect();
