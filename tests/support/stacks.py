"""Packages that functions are made of, beyond the corpus: what is installed, what is imported.

Chosen for what they do to module loading: ES modules only, dual packages with conditions, old
transpilers' output, minified bundles, addons in every convention, workers, optional peers.
"""

from __future__ import annotations

__all__ = ["STACKS"]

_ALONE = """
    express@4 express@5 fastify koa @hapi/hapi hono body-parser cors helmet serverless-http
    @vendia/serverless-express @slack/bolt socket.io ws undici axios got node-fetch@2
    node-fetch@3 ky superagent request cross-fetch form-data chalk@4 chalk@5 lodash lodash-es
    ramda rxjs bluebird async underscore immer date-fns dayjs moment luxon uuid uuid@9 nanoid@3
    nanoid@5 zod@3 zod@4 joi yup ajv winston pino aws-sdk@2 @middy/core aws-xray-sdk-core
    aws-jwt-verify jsonwebtoken jose bcryptjs bcrypt better-sqlite3 sharp canvas pg mysql2
    mongoose mongodb ioredis redis sequelize knex drizzle-orm kysely kafkajs bullmq
    @prisma/client openai stripe twilio nodemailer firebase-admin @google-cloud/storage
    @azure/storage-blob @elastic/elasticsearch @grpc/grpc-js protobufjs dd-trace newrelic
    @sentry/node @langchain/core langchain puppeteer-core @sparticuz/chromium jsdom cheerio
    handlebars ejs pug nunjucks mustache sass esbuild @swc/core typescript webpack rollup vite
    prettier fast-xml-parser xml2js csv-parse pdfkit pdf-lib exceljs archiver jszip marked
    sanitize-html execa@5 execa@9 p-limit yargs commander glob semver fs-extra ethers@5
    ethers@6 viem snappy lmdb libsql onnxruntime-node @resvg/resvg-js lightningcss
"""
_TOGETHER = """
    @nestjs/core+@nestjs/common+reflect-metadata+rxjs
    @apollo/server+graphql graphql-yoga+graphql type-graphql+graphql+class-validator
    @aws-sdk/client-s3+@aws-sdk/client-dynamodb+@aws-sdk/lib-dynamodb
    @aws-lambda-powertools/logger+@aws-lambda-powertools/tracer
    @opentelemetry/sdk-node+@opentelemetry/api
    typeorm+reflect-metadata ts-node+typescript react+react-dom
"""


def _split(item: str) -> tuple[str, str]:
    """Return name and spec of `name@spec`; the newest version where it names none."""
    at = item.rfind("@")
    return (item[:at], item[at + 1 :]) if at > 0 else (item, "latest")


STACKS: dict[str, dict[str, str]] = {
    stack: dict(_split(item) for item in stack.split("+"))
    for stack in (*_ALONE.split(), *_TOGETHER.split())
}
"""The dependencies of each, by its name."""
