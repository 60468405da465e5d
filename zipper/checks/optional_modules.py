"""Modules that published packages ask for and do without.

In: nothing. Out: names. They are in `optionalDependencies` or among the optional peers of the
packages beside which they are named, or these catch their absence.
"""

from __future__ import annotations

from typing import Final

__all__ = ["OPTIONAL_MODULES"]

_BY_PACKAGE: Final = {
    "pg": "pg-native",
    "debug": "supports-color",
    "ws, socket.io": "bufferutil utf-8-validate",
    "node-fetch 2": "encoding",
    "jsdom": "canvas",
    "chokidar": "fsevents",
    "@aws-sdk, @smithy": "aws-crt @aws-sdk/signature-v4-crt @aws-sdk/signature-v4a",
    "mongodb": (
        "kerberos snappy @mongodb-js/zstd gcp-metadata socks mongodb-client-encryption aws4 "
        "@aws-sdk/credential-providers"
    ),
    "knex, sequelize": "mysql mysql2 oracledb tedious sqlite3 better-sqlite3 pg pg-query-stream",
    "typeorm": (
        "@google-cloud/spanner @sap/hana-client hdb-pool mssql sql.js "
        "typeorm-aurora-data-api-driver react-native-sqlite-storage expo-sqlite "
        "nativescript-sqlite ioredis redis mongodb ts-node"
    ),
    "@nestjs/core, @nestjs/common": (
        "@nestjs/microservices @nestjs/websockets @nestjs/platform-express "
        "@nestjs/platform-fastify class-transformer class-validator cache-manager "
        "@fastify/static @fastify/view"
    ),
    "pino, fastify": "pino-pretty thread-stream",
    "webpack, terser, esbuild": "@swc/core @node-rs/xxhash uglify-js",
    "protobufjs": "long",
    "when, es6-promise, bluebird": "vertx",
    "jszip, readable-stream": "setimmediate",
    "express-handlebars, consolidate": "atpl dust eco ect haml-coffee hamlet jade liquor plates",
    "got 11, keyv": "@keyv/redis @keyv/mongo @keyv/sqlite @keyv/postgres @keyv/mysql @keyv/etcd",
    "dd-trace": (
        "@datadog/native-appsec @datadog/native-iast-taint-tracking @datadog/native-metrics "
        "@datadog/pprof @datadog/libdatadog @datadog/wasm-js-rewriter"
    ),
    "newrelic": "@contrast/fn-inspect @newrelic/native-metrics @newrelic/fn-inspect",
    "@opentelemetry": "@opentelemetry/exporter-jaeger @opentelemetry/winston-transport",
    "fs-extra, graceful-fs": "original-fs electron",
    "iconv-lite, encoding": "iconv",
    "winston, log4js": "amqplib",
}
OPTIONAL_MODULES: Final = frozenset(
    name for names in _BY_PACKAGE.values() for name in names.split()
)
"""Source: the package.json files of the packages named, as of the day of the table of runtimes."""
