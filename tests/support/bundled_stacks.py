"""Functions with the packages that bundles break, each with an event and its answer.

Versions are pinned, so that a row means the same next year; `kept` are packages that have to stay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["STACKS", "Stack"]


class Stack(NamedTuple):
    """One function."""

    dependencies: dict[str, str]
    source: str
    answer: Any
    kept: frozenset[str] = frozenset()
    """Packages that cannot be bundled."""
    bundled: frozenset[str] = frozenset()
    """Packages that have to be in the bundle."""
    files: dict[str, str] = {}  # noqa: RUF012  (never changed)
    event: Any = {}  # noqa: RUF012  (the same)
    type: str = "commonjs"


_EXPRESS = """
import express from 'express';
import type { AddressInfo } from 'node:net';
const app = express();
app.get('/hi/:name', (request, response) => { response.json({ hi: request.params.name }); });
export const handler = async (event: { name: string }) => {
  const server = app.listen(0);
  const { port } = server.address() as AddressInfo;
  const answer = await (await fetch(`http://127.0.0.1:${port}/hi/${event.name}`)).json();
  server.close();
  return answer;
};
"""
_SHARP = """
import sharp from 'sharp';
export const handler = async () => {
  const image = sharp({ create: { width: 8, height: 4, channels: 3, background: '#f00' } });
  const { info } = await image.png().toBuffer({ resolveWithObject: true });
  return [info.format, info.width, info.height];
};
"""
_PG = """
import { Pool, types } from 'pg';
export const handler = async () => {
  const pool = new Pool({ host: '127.0.0.1', port: 9, connectionTimeoutMillis: 500 });
  const code = await pool.query('select 1').catch((error) => error.code);
  return [code, types.builtins.INT8];
};
"""
_SDK = """
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const endpoint = 'http://127.0.0.1:9';
const options = { region: 'eu-west-1', credentials, endpoint, maxAttempts: 1 };
export const handler = async () => {
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(options));
  const one = await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })).catch((e) => e.code);
  const get = new GetCommand({ TableName: 't', Key: { a: 1 } });
  const two = await table.send(get).catch((e) => e.code);
  return [one, two];
};
"""
_DATADOG = """
import tracer from 'dd-trace';
tracer.init({ startupLogs: false, plugins: true, flushInterval: 1e6 });
import express from 'express';
export const handler = async () => {
  const span = tracer.startSpan('x');
  span.finish();
  const loaded = Object.keys(require.cache).some((name) => name.includes('/express/'));
  return [typeof express, loaded, tracer.scope() != null];
};
"""
_OTEL = """
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
new NodeTracerProvider().register();
registerInstrumentations({ instrumentations: [new ExpressInstrumentation()] });
const express = require('express');
const isWrapped = (one: any): boolean => one?.use?.__wrapped === true;
export const handler = async () => [
  typeof express, isWrapped(express.Router) || isWrapped(express.application),
];
"""
_PINO = """
import pino from 'pino';
import { readFileSync } from 'node:fs';
const file = '/tmp/log.txt';
const transport = pino.transport({ target: 'pino/file', options: { destination: file } });
const log = pino(transport);
export const handler = async () => {
  log.info('hello');
  await new Promise((done) => log.flush(done));
  for (let turn = 0; turn < 40; turn += 1) {
    await new Promise((done) => setTimeout(done, 50));
    try { if (readFileSync(file, 'utf8').includes('hello')) return 'hello'; } catch {}
  }
  return 'nothing';
};
"""
_PUPPETEER = """
import puppeteer from 'puppeteer-core';
export const handler = async () => {
  const error = await puppeteer.launch({ executablePath: '/tmp/none' }).catch((e) => e.message);
  return /none/.test(String(error));
};
"""
_JSDOM = """
import { JSDOM } from 'jsdom';
export const handler = async (event: { name: string }) => {
  const dom = new JSDOM(`<style>p { color: red }</style><p>hi ${event.name}</p>`);
  const p = dom.window.document.querySelector('p')!;
  return [p.textContent, dom.window.getComputedStyle(p).display];
};
"""
_PDF = """
import PDFDocument from 'pdfkit';
export const handler = async () => {
  const document = new PDFDocument();
  const parts: Buffer[] = [];
  document.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((done) => document.on('end', done));
  document.font('Helvetica-Bold').fontSize(20).text('hi');
  document.end();
  await ended;
  return Buffer.concat(parts).subarray(0, 5).toString();
};
"""
_GRPC = """
import path from 'node:path';
import { Server, ServerCredentials, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
const proto: any = loadPackageDefinition(loadSync(path.join(__dirname, '../protos/hello.proto')));
export const handler = async (event: { name: string }) => {
  const server = new Server();
  server.addService(proto.hello.Greeter.service, {
    greet: (call: any, done: any) => done(null, { text: `hi ${call.request.name}` }),
  });
  const port = await new Promise<number>((done, fail) => server.bindAsync('127.0.0.1:0',
    ServerCredentials.createInsecure(), (error, bound) => (error ? fail(error) : done(bound))));
  const client = new proto.hello.Greeter(`127.0.0.1:${port}`, credentials.createInsecure());
  const answer: any = await new Promise((done, fail) =>
    client.greet(event, (error: any, got: any) => (error ? fail(error) : done(got))));
  client.close();
  server.forceShutdown();
  return answer.text;
};
"""
_PROTO = """
syntax = "proto3";
package hello;
service Greeter { rpc greet (Name) returns (Text); }
message Name { string name = 1; }
message Text { string text = 1; }
"""
_NAME = {"name": "bob"}

STACKS: dict[str, Stack] = {
    "express": Stack(
        {"express": "4.21.2"}, _EXPRESS, {"hi": "bob"}, bundled=frozenset({"express"}), event=_NAME
    ),
    "express-esm": Stack(
        {"express": "5.1.0"},
        _EXPRESS,
        {"hi": "bob"},
        bundled=frozenset({"express"}),
        event=_NAME,
        type="module",
    ),
    "sharp": Stack({"sharp": "0.34.5"}, _SHARP, ["png", 8, 4], frozenset({"sharp"})),
    "pg": Stack({"pg": "8.16.3"}, _PG, ["ECONNREFUSED", 20], bundled=frozenset({"pg"})),
    "sdk": Stack(
        {
            "@aws-sdk/client-s3": "3.1169.0",
            "@aws-sdk/client-dynamodb": "3.1169.0",
            "@aws-sdk/lib-dynamodb": "3.1169.0",
        },
        _SDK,
        ["ECONNREFUSED", "ECONNREFUSED"],
        bundled=frozenset({"@aws-sdk/client-s3"}),
    ),
    "dd-trace": Stack(
        {"dd-trace": "5.63.0", "express": "4.21.2"},
        _DATADOG,
        ["function", True, True],
        frozenset({"dd-trace", "express"}),
    ),
    "opentelemetry": Stack(
        {
            "@opentelemetry/api": "1.9.0",
            "@opentelemetry/sdk-trace-node": "2.0.1",
            "@opentelemetry/instrumentation": "0.203.0",
            "@opentelemetry/instrumentation-express": "0.52.0",
            "express": "4.21.2",
        },
        _OTEL,
        ["function", True],
        frozenset({"@opentelemetry/instrumentation", "express"}),
    ),
    "pino": Stack({"pino": "9.9.0"}, _PINO, "hello", frozenset({"pino", "thread-stream"})),
    "puppeteer-core": Stack({"puppeteer-core": "24.15.0"}, _PUPPETEER, answer=True),
    "jsdom": Stack(
        {"jsdom": "26.1.0"}, _JSDOM, ["hi bob", "block"], frozenset({"jsdom"}), event=_NAME
    ),
    "pdfkit": Stack({"pdfkit": "0.17.1"}, _PDF, "%PDF-"),
    "grpc": Stack(
        {"@grpc/grpc-js": "1.13.4", "@grpc/proto-loader": "0.7.15"},
        _GRPC,
        "hi bob",
        files={"protos/hello.proto": _PROTO},
        event=_NAME,
    ),
}
