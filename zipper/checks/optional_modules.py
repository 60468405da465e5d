"""Modules that published packages ask for and do without.

In: nothing. Out: names. They are in `optionalDependencies` or among the optional peers of the
packages that are named beside them, or these catch their absence.
"""

from __future__ import annotations

from typing import Final

__all__ = ["OPTIONAL_MODULES"]

OPTIONAL_MODULES: Final = frozenset(
    name
    for names in (
        "pg-native",  # pg
        "supports-color",  # debug
        "bufferutil utf-8-validate",  # ws, socket.io
        "encoding",  # node-fetch 2
        "canvas @napi-rs/canvas",  # jsdom
        "fsevents",  # chokidar
        "aws-crt @aws-sdk/signature-v4-crt @aws-sdk/signature-v4a",  # @aws-sdk, @smithy
        # mongodb
        "kerberos snappy @mongodb-js/zstd gcp-metadata socks mongodb-client-encryption aws4",
        "@aws-sdk/credential-providers",
        # knex, sequelize
        "mysql mysql2 mariadb oracledb tedious sqlite3 better-sqlite3 pg pg-query-stream",
        "pg-hstore ibm_db snowflake-sdk",
        # typeorm
        "@google-cloud/spanner @sap/hana-client hdb-pool mssql sql.js ioredis redis mongodb",
        "typeorm-aurora-data-api-driver react-native-sqlite-storage expo-sqlite ts-node",
        "nativescript-sqlite",
        # @nestjs/core, @nestjs/common
        "@nestjs/microservices @nestjs/websockets @nestjs/platform-express",
        "@nestjs/platform-fastify class-transformer class-validator cache-manager",
        "@fastify/static @fastify/view",
        "pino-pretty thread-stream",  # pino, fastify
        "@swc/core @node-rs/xxhash uglify-js",  # webpack, terser, esbuild
        "long",  # protobufjs
        "vertx",  # when, es6-promise, bluebird
        "setimmediate",  # jszip, readable-stream
        "atpl dust eco ect haml-coffee hamlet jade liquor plates",  # consolidate
        # got 11, keyv
        "@keyv/redis @keyv/mongo @keyv/sqlite @keyv/postgres @keyv/mysql @keyv/etcd",
        # dd-trace
        "@datadog/native-appsec @datadog/native-iast-taint-tracking @datadog/native-metrics",
        "@datadog/pprof @datadog/libdatadog @datadog/wasm-js-rewriter",
        # newrelic
        "@contrast/fn-inspect @newrelic/native-metrics @newrelic/fn-inspect",
        # @opentelemetry
        "@opentelemetry/exporter-jaeger @opentelemetry/winston-transport",
        "original-fs electron",  # fs-extra, graceful-fs
        "iconv",  # iconv-lite, encoding
        "amqplib",  # winston, log4js
    )
    for name in names.split()
)
"""Source: the package.json files of the packages named, as of the day of the table of runtimes."""
