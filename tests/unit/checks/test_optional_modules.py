"""What published packages can do without is known, for bundles of them."""

from __future__ import annotations

import re

from support.checking import check_files

ASKED = {
    "pg": "pg-native",
    "debug": "supports-color",
    "ws": "bufferutil utf-8-validate",
    "node-fetch": "encoding",
    "jsdom": "canvas @napi-rs/canvas",
    "chokidar": "fsevents",
    "@aws-sdk/util-user-agent-node": "aws-crt",
    "@aws-sdk/signature-v4-multi-region": "@aws-sdk/signature-v4-crt @aws-sdk/signature-v4a",
    "mongodb": """
        kerberos snappy @mongodb-js/zstd gcp-metadata socks mongodb-client-encryption aws4
        @aws-sdk/credential-providers""",
    "knex": "tedious mariadb mysql mysql2 pg pg-native pg-query-stream sqlite3 better-sqlite3",
    "sequelize": "pg pg-hstore mysql2 ibm_db snowflake-sdk mariadb sqlite3 tedious oracledb",
    "typeorm": """
        @google-cloud/spanner @sap/hana-client hdb-pool ioredis mongodb mssql mysql2 oracledb pg
        pg-native pg-query-stream redis sql.js ts-node typeorm-aurora-data-api-driver expo-sqlite
        react-native-sqlite-storage nativescript-sqlite""",
    "@nestjs/core": "@nestjs/websockets @nestjs/microservices @nestjs/platform-express",
    "@nestjs/common": "class-validator class-transformer cache-manager",
    "@nestjs/serve-static": "@nestjs/platform-fastify @fastify/static @fastify/view",
    "pino": "pino-pretty thread-stream",
    "terser-webpack-plugin": "@swc/core uglify-js",
    "webpack": "@node-rs/xxhash",
    "protobufjs": "long",
    "es6-promise": "vertx",
    "jszip": "setimmediate",
    "consolidate": "atpl dust eco ect haml-coffee hamlet jade liquor plates",
    "keyv": "@keyv/redis @keyv/mongo @keyv/sqlite @keyv/postgres @keyv/mysql @keyv/etcd",
    "dd-trace": """
        @datadog/libdatadog @datadog/native-appsec @datadog/native-iast-taint-tracking
        @datadog/native-metrics @datadog/pprof @datadog/wasm-js-rewriter""",
    "newrelic": "@newrelic/fn-inspect @newrelic/native-metrics @contrast/fn-inspect",
    "@opentelemetry": "@opentelemetry/exporter-jaeger @opentelemetry/winston-transport",
    "graceful-fs": "original-fs",
    "got": "electron",
    "encoding": "iconv",
    "log4js": "amqplib",
}
"""By the package whose package.json has them as optional, or whose code catches their absence."""


def test_what_packages_can_do_without() -> None:
    """In a bundle, what each of them asks for in a function is told as optional, nothing else."""
    names = {name for asked in ASKED.values() for name in asked.split()}
    calls = ", ".join(f"require('{name}')" for name in sorted({*names, "other", "pg-other"}))
    text = f"exports.later = () => [{calls}]; exports.handler = async () => 1;"
    told = {
        name: found.code
        # One that has no `@aws-sdk` of its own.
        for found in check_files({"index.js": text}, runtime="nodejs16.x").findings
        for name in re.findall(r"(?:needs|can use) `([^`]+)`", found.message)
    }

    expected = dict.fromkeys(names, "module-optional-missing")
    assert {"other": "module-missing", "pg-other": "module-missing", **expected} == told
