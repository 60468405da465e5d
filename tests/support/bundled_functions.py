"""Functions as people write them in TypeScript, for bundles: templates and frameworks.

As the stacks of `tests.support.bundled_stacks`, each with an event and its answer.
"""

from __future__ import annotations

from typing import Any, Final

from tests.support.bundled_stacks import Stack

__all__ = ["FUNCTIONS"]

_TSCONFIG: Final = """{
  "compilerOptions": {
    "target": "ES2022", "module": "NodeNext", "strict": true, "esModuleInterop": true,
    "experimentalDecorators": true, "emitDecoratorMetadata": true
  }
}"""
_TSC: Final = {"tsconfig.json": _TSCONFIG, "pyproject.toml": '[tool.zipper]\ndecorators = "tsc"\n'}
_TYPESCRIPT: Final = {"typescript": "5.9.3"}


def _request(method: str, path: str, body: str = "", query: str = "") -> dict[str, Any]:
    """Return an event of API Gateway's HTTP API."""
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", "host": "x.test", "accept": "*/*"},
        "queryStringParameters": dict(pairs),
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "1.2.3.4", "protocol": "HTTP/1.1"},
            "domainName": "x.test",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }


_SAM = """
import { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

export const handler = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    try {
        return { statusCode: 200, body: JSON.stringify({ message: 'hello world' }) };
    } catch (err) {
        return { statusCode: 500, body: JSON.stringify({ message: 'some error happened' }) };
    }
};
"""
_CDK = """
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { validate, v4 } from 'uuid';
const client = DynamoDBDocumentClient.from(new DynamoDBClient({
  region: 'eu-west-1', endpoint: 'http://127.0.0.1:9', maxAttempts: 1,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
}));
export const handler = async (event: { body: string }) => {
  const item = { ...JSON.parse(event.body), itemId: v4() };
  const put = new PutCommand({ TableName: 'items', Item: item });
  const code = await client.send(put).catch((error: { code?: string }) => error.code);
  return { statusCode: 500, body: `${code} ${validate(item.itemId)} ${item.name}` };
};
"""
_SERVERLESS = """
import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import { z } from 'zod';
import { greet } from './greet.js';
const schema = z.object({ name: z.string().min(1) });
const hello = async (event: { body: unknown }) => {
  const { name } = schema.parse(event.body);
  return { statusCode: 200, body: greet(name) };
};
export const handler = middy(hello).use(httpJsonBodyParser());
"""
_SST = """
import { Resource } from 'sst';
export const handler = async () => {
  try {
    return (Resource as unknown as Record<string, unknown>).Bucket;
  } catch (error) {
    return String((error as Error).message).includes('SST');
  }
};
"""
_POWERTOOLS = """
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
const logger = new Logger({ serviceName: 'orders', logLevel: 'ERROR' });
const metrics = new Metrics({ namespace: 'shop', serviceName: 'orders' });
const tracer = new Tracer({ enabled: false });
export const handler = async (event: { id: string }) => {
  logger.appendKeys({ order: event.id });
  metrics.addMetric('orders', MetricUnit.Count, 1);
  return [tracer.isTracingEnabled(), Object.keys(metrics.serializeMetrics()), event.id];
};
"""
_FASTIFY = """
import awsLambdaFastify from '@fastify/aws-lambda';
import Fastify from 'fastify';
const app = Fastify();
app.get<{ Querystring: { name: string } }>('/hi', async (request) => ({ hi: request.query.name }));
const proxy = awsLambdaFastify(app);
export const handler = async (event: unknown, context: unknown) => {
  const { statusCode, body } = await proxy(event as never, context as never);
  return [statusCode, body];
};
"""
_HONO = """
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { cors } from 'hono/cors';
const app = new Hono().use(cors()).get('/hi', (c) => c.json({ hi: c.req.query('name') }));
const answer = handle(app);
export const handler = async (event: never, context: never) => {
  const { statusCode, body } = await answer(event, context);
  return [statusCode, body];
};
"""
_TRPC = """
import { initTRPC } from '@trpc/server';
import { awsLambdaRequestHandler } from '@trpc/server/adapters/aws-lambda';
import { z } from 'zod';
const t = initTRPC.create();
const router = t.router({
  hi: t.procedure.input(z.string()).query(({ input }) => `hi ${input}`),
});
export type Router = typeof router;
const answer = awsLambdaRequestHandler({ router });
export const handler = async (event: never, context: never) => {
  const { statusCode, body } = await answer(event, context);
  return [statusCode, body];
};
"""
_APOLLO = """
import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
const typeDefs = `type Query { hello(name: String!): String! }`;
const resolvers = { Query: { hello: (_: unknown, { name }: { name: string }) => `hi ${name}` } };
const server = new ApolloServer({ typeDefs, resolvers });
const answer = startServerAndCreateLambdaHandler(
  server, handlers.createAPIGatewayProxyEventV2RequestHandler(),
);
export const handler = async (event: never, context: never) => {
  const { statusCode, body } = await (answer as Function)(event, context, () => {});
  return [statusCode, JSON.parse(body)];
};
"""
_DRIZZLE = """
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { users } from '@/schema';
const pool = new pg.Pool({ host: '127.0.0.1', port: 9, connectionTimeoutMillis: 500 });
const db = drizzle(pool);
export const handler = async (event: { id: number }) => {
  const query = db.select().from(users).where(eq(users.id, event.id));
  const code = await query.catch((error) => error.cause?.code ?? error.code);
  return [query.toSQL().sql, code];
};
"""
_SCHEMA = """
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
export const users = pgTable('users', { id: integer().primaryKey(), name: text().notNull() });
"""
_KYSELY = """
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
interface Tables { person: { id: number; name: string } }
const pool = new Pool({ host: '127.0.0.1', port: 9, connectionTimeoutMillis: 500 });
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
export const handler = async (event: { id: number }) => {
  const query = db.selectFrom('person').selectAll().where('id', '=', event.id);
  return [query.compile().sql, await query.execute().catch((error) => error.code)];
};
"""
_NEST = """
import 'reflect-metadata';
import serverlessExpress from '@codegenie/serverless-express';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
let ready: Promise<Function> | undefined;
const start = async () => {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  return serverlessExpress({ app: app.getHttpAdapter().getInstance() }) as Function;
};
export const handler = async (event: unknown, context: unknown) => {
  ready ??= start();
  const { statusCode, body } = await (await ready)(event, context, () => {});
  return [statusCode, body];
};
"""
_NEST_MODULE = """
import { Controller, Get, Injectable, Module, Query } from '@nestjs/common';
@Injectable()
export class Greeter { greet(name: string): string { return `hi ${name}`; } }
@Controller()
export class AppController {
  constructor(private readonly greeter: Greeter) {}
  @Get('hi')
  hi(@Query('name') name: string): string { return this.greeter.greet(name); }
}
@Module({ controllers: [AppController], providers: [Greeter] })
export class AppModule {}
"""
_TYPEORM = """
import 'reflect-metadata';
import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { User } from './user';
const source = new DataSource({
  type: 'postgres', host: '127.0.0.1', port: 9, entities: [User], connectTimeoutMS: 500,
});
export const handler = async () => {
  const code = await source.initialize().catch((error: { code?: string }) => error.code);
  const columns = getMetadataArgsStorage().columns.map((one) => one.options.type ?? '?');
  return [code, columns.map((one) => (typeof one === 'function' ? one.name : one))];
};
"""
_USER = """
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column()
  name!: string;
}
"""
_INVERSIFY = """
import 'reflect-metadata';
import { Container, inject, injectable } from 'inversify';
@injectable()
class Katana { hit(): string { return 'cut!'; } }
@injectable()
class Ninja {
  constructor(@inject(Katana) private readonly weapon: Katana) {}
  fight(): string { return this.weapon.hit(); }
}
const container = new Container();
container.bind(Katana).toSelf();
container.bind(Ninja).toSelf();
export const handler = async () => container.get(Ninja).fight();
"""
_JOSE = """
import { addDays, formatISO } from 'date-fns';
import * as jose from 'jose';
import { z } from 'zod';
const secret = new TextEncoder().encode('0123456789abcdef0123456789abcdef');
export const handler = async (event: unknown) => {
  const { sub } = z.object({ sub: z.string() }).parse(event);
  const token = await new jose.SignJWT({ sub }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  const { payload } = await jose.jwtVerify(token, secret);
  const day = addDays(new Date(2026, 0, 31), 1);
  return [payload.sub, formatISO(day, { representation: 'date' })];
};
"""
_PG = {"pg": "8.16.3"}
_NEST_PACKAGES = {
    f"@nestjs/{name}": "12.5.1" for name in ("common", "core", "platform-express")
} | {"reflect-metadata": "0.2.2", "rxjs": "7.8.2", "@codegenie/serverless-express": "5.0.0"}

FUNCTIONS: Final[dict[str, Stack]] = {
    "sam": Stack(
        {"@types/aws-lambda": "8.10.164"},
        _SAM,
        {"statusCode": 200, "body": '{"message":"hello world"}'},
        files={"tsconfig.json": _TSCONFIG},
    ),
    "cdk": Stack(
        {
            "@aws-sdk/client-dynamodb": "3.1169.0",
            "@aws-sdk/lib-dynamodb": "3.1169.0",
            "uuid": "14.0.3",
        },
        _CDK,
        {"statusCode": 500, "body": "ECONNREFUSED true pen"},
        event={"body": '{"name": "pen"}'},
    ),
    "serverless": Stack(
        {"@middy/core": "7.9.2", "@middy/http-json-body-parser": "7.9.2", "zod": "4.6.7"},
        _SERVERLESS,
        {"statusCode": 200, "body": "hi Ada"},
        files={"src/greet.ts": "export const greet = (name: string): string => `hi ${name}`;\n"},
        event={"headers": {"Content-Type": "application/json"}, "body": '{"name": "Ada"}'},
        type="module",
    ),
    "sst": Stack({"sst": "4.17.1"}, _SST, answer=True, type="module"),
    "powertools": Stack(
        {f"@aws-lambda-powertools/{name}": "2.36.0" for name in ("logger", "metrics", "tracer")},
        _POWERTOOLS,
        [False, ["_aws", "service", "orders"], "7"],
        event={"id": "7"},
        type="module",
    ),
    "fastify": Stack(
        {"fastify": "5.12.8", "@fastify/aws-lambda": "6.4.1"},
        _FASTIFY,
        [200, '{"hi":"Ada"}'],
        event=_request("GET", "/hi", query="name=Ada"),
    ),
    "hono": Stack(
        {"hono": "4.13.19"},
        _HONO,
        [200, '{"hi":"Ada"}'],
        event=_request("GET", "/hi", query="name=Ada"),
        type="module",
    ),
    "trpc": Stack(
        {"@trpc/server": "11.25.2", "zod": "4.6.7"},
        _TRPC,
        [200, '{"result":{"data":"hi Ada"}}'],
        event=_request("GET", "/hi", query="input=%22Ada%22"),
        type="module",
    ),
    "apollo": Stack(
        {"@apollo/server": "5.5.1", "@as-integrations/aws-lambda": "4.1.0", "graphql": "16.12.0"},
        _APOLLO,
        [200, {"data": {"hello": "hi Ada"}}],
        event=_request("POST", "/", body='{"query": "{ hello(name: \\"Ada\\") }"}'),
    ),
    "drizzle": Stack(
        {"drizzle-orm": "0.45.4", **_PG},
        _DRIZZLE,
        ['select "id", "name" from "users" where "users"."id" = $1', "ECONNREFUSED"],
        files={
            "src/schema.ts": _SCHEMA,
            "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        },
        event={"id": 7},
        type="module",
    ),
    "kysely": Stack(
        {"kysely": "0.29.9", **_PG},
        _KYSELY,
        ['select * from "person" where "id" = $1', "ECONNREFUSED"],
        event={"id": 7},
    ),
    "nest": Stack(
        {**_NEST_PACKAGES, **_TYPESCRIPT},
        _NEST,
        [200, "hi Ada"],
        files={"src/app.module.ts": _NEST_MODULE, **_TSC},
        event=_request("GET", "/hi", query="name=Ada"),
    ),
    "typeorm": Stack(
        {"typeorm": "1.1.1", "reflect-metadata": "0.2.2", **_PG, **_TYPESCRIPT},
        _TYPEORM,
        ["ECONNREFUSED", ["Number", "String"]],
        files={"src/user.ts": _USER, **_TSC},
    ),
    "inversify": Stack(
        {"inversify": "8.2.3", "reflect-metadata": "0.2.2"},
        _INVERSIFY,
        "cut!",
        files={
            "tsconfig.json": '{"compilerOptions": {"experimentalDecorators": true}}',
        },
    ),
    "jose": Stack(
        {"jose": "6.2.18", "date-fns": "4.4.0", "zod": "4.6.7"},
        _JOSE,
        ["ada", "2026-02-01"],
        event={"sub": "ada"},
        type="module",
    ),
}
