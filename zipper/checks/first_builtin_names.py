"""The names that modules of Node.js 20 export to `import`, from where `builtin_names` goes on."""

from __future__ import annotations

from typing import Final

__all__ = ["NAMES"]

NAMES: Final[dict[str, str]] = {
    "assert": (
        "AssertionError CallTracker deepEqual deepStrictEqual default doesNotMatch doesNotReject "
        "doesNotThrow equal fail ifError match notDeepEqual notDeepStrictEqual notEqual "
        "notStrictEqual ok rejects strict strictEqual throws"
    ),
    "async_hooks": (
        "AsyncLocalStorage AsyncResource asyncWrapProviders createHook default executionAsyncId "
        "executionAsyncResource triggerAsyncId"
    ),
    "buffer": (
        "Blob Buffer File INSPECT_MAX_BYTES SlowBuffer atob btoa constants default isAscii isUtf8 "
        "kMaxLength kStringMaxLength resolveObjectURL transcode"
    ),
    "child_process": (
        "ChildProcess _forkChild default exec execFile execFileSync execSync fork spawn spawnSync"
    ),
    "cluster": (
        "SCHED_NONE SCHED_RR Worker _events _eventsCount _maxListeners default disconnect fork "
        "isMaster isPrimary isWorker schedulingPolicy settings setupMaster setupPrimary workers"
    ),
    "console": (
        "Console assert clear context count countReset createTask debug default dir dirxml error "
        "group groupCollapsed groupEnd info log profile profileEnd table time timeEnd timeLog "
        "timeStamp trace warn"
    ),
    "crypto": (
        "Certificate Cipher Cipheriv Decipher Decipheriv DiffieHellman DiffieHellmanGroup ECDH "
        "Hash Hmac KeyObject Sign Verify X509Certificate checkPrime checkPrimeSync constants "
        "createCipheriv createDecipheriv createDiffieHellman createDiffieHellmanGroup createECDH "
        "createHash createHmac createPrivateKey createPublicKey createSecretKey createSign "
        "createVerify default diffieHellman generateKey generateKeyPair generateKeyPairSync "
        "generateKeySync generatePrime generatePrimeSync getCipherInfo getCiphers getCurves "
        "getDiffieHellman getFips getHashes getRandomValues hash hkdf hkdfSync pbkdf2 pbkdf2Sync "
        "privateDecrypt privateEncrypt publicDecrypt publicEncrypt randomBytes randomFill "
        "randomFillSync randomInt randomUUID scrypt scryptSync secureHeapUsed setEngine setFips "
        "sign subtle timingSafeEqual verify webcrypto"
    ),
    "dgram": "Socket _createSocketHandle createSocket default",
    "diagnostics_channel": (
        "Channel channel default hasSubscribers subscribe tracingChannel unsubscribe"
    ),
    "dns": (
        "ADDRCONFIG ADDRGETNETWORKPARAMS ALL BADFAMILY BADFLAGS BADHINTS BADNAME BADQUERY BADRESP "
        "BADSTR CANCELLED CONNREFUSED DESTRUCTION EOF FILE FORMERR LOADIPHLPAPI NODATA NOMEM "
        "NONAME NOTFOUND NOTIMP NOTINITIALIZED REFUSED Resolver SERVFAIL TIMEOUT V4MAPPED default "
        "getDefaultResultOrder getServers lookup lookupService promises resolve resolve4 resolve6 "
        "resolveAny resolveCaa resolveCname resolveMx resolveNaptr resolveNs resolvePtr resolveSoa "
        "resolveSrv resolveTxt reverse setDefaultResultOrder setServers"
    ),
    "dns/promises": (
        "ADDRGETNETWORKPARAMS BADFAMILY BADFLAGS BADHINTS BADNAME BADQUERY BADRESP BADSTR "
        "CANCELLED CONNREFUSED DESTRUCTION EOF FILE FORMERR LOADIPHLPAPI NODATA NOMEM NONAME "
        "NOTFOUND NOTIMP NOTINITIALIZED REFUSED Resolver SERVFAIL TIMEOUT default "
        "getDefaultResultOrder getServers lookup lookupService resolve resolve4 resolve6 "
        "resolveAny resolveCaa resolveCname resolveMx resolveNaptr resolveNs resolvePtr resolveSoa "
        "resolveSrv resolveTxt reverse setDefaultResultOrder setServers"
    ),
    "domain": "Domain _stack active create createDomain default",
    "events": (
        "EventEmitter EventEmitterAsyncResource addAbortListener captureRejectionSymbol "
        "captureRejections default defaultMaxListeners errorMonitor getEventListeners "
        "getMaxListeners init listenerCount on once setMaxListeners usingDomains"
    ),
    "fs": (
        "Dir Dirent F_OK FileReadStream FileWriteStream R_OK ReadStream Stats W_OK WriteStream "
        "X_OK _toUnixTimestamp access accessSync appendFile appendFileSync chmod chmodSync chown "
        "chownSync close closeSync constants copyFile copyFileSync cp cpSync createReadStream "
        "createWriteStream default exists existsSync fchmod fchmodSync fchown fchownSync fdatasync "
        "fdatasyncSync fstat fstatSync fsync fsyncSync ftruncate ftruncateSync futimes futimesSync "
        "lchmod lchmodSync lchown lchownSync link linkSync lstat lstatSync lutimes lutimesSync "
        "mkdir mkdirSync mkdtemp mkdtempSync open openAsBlob openSync opendir opendirSync promises "
        "read readFile readFileSync readSync readdir readdirSync readlink readlinkSync readv "
        "readvSync realpath realpathSync rename renameSync rm rmSync rmdir rmdirSync stat statSync "
        "statfs statfsSync symlink symlinkSync truncate truncateSync unlink unlinkSync unwatchFile "
        "utimes utimesSync watch watchFile write writeFile writeFileSync writeSync writev "
        "writevSync"
    ),
    "fs/promises": (
        "access appendFile chmod chown constants copyFile cp default lchmod lchown link lstat "
        "lutimes mkdir mkdtemp open opendir readFile readdir readlink realpath rename rm rmdir "
        "stat statfs symlink truncate unlink utimes watch writeFile"
    ),
    "http": (
        "Agent ClientRequest IncomingMessage METHODS OutgoingMessage STATUS_CODES Server "
        "ServerResponse _connectionListener createServer default get globalAgent maxHeaderSize "
        "request setMaxIdleHTTPParsers validateHeaderName validateHeaderValue"
    ),
    "http2": (
        "Http2ServerRequest Http2ServerResponse connect constants createSecureServer createServer "
        "default getDefaultSettings getPackedSettings getUnpackedSettings performServerHandshake "
        "sensitiveHeaders"
    ),
    "https": "Agent Server createServer default get globalAgent request",
    "inspector": "Network Session close console default open url waitForDebugger",
    "module": (
        "Module SourceMap _cache _debug _extensions _findPath _initPaths _load _nodeModulePaths "
        "_pathCache _preloadModules _resolveFilename _resolveLookupPaths builtinModules "
        "createRequire default findSourceMap globalPaths isBuiltin register runMain "
        "syncBuiltinESMExports"
    ),
    "net": (
        "BlockList Server Socket SocketAddress Stream _createServerHandle _normalizeArgs "
        "_setSimultaneousAccepts connect createConnection createServer default "
        "getDefaultAutoSelectFamily getDefaultAutoSelectFamilyAttemptTimeout isIP isIPv4 isIPv6 "
        "setDefaultAutoSelectFamily setDefaultAutoSelectFamilyAttemptTimeout"
    ),
    "os": (
        "EOL arch availableParallelism constants cpus default devNull endianness freemem "
        "getPriority homedir hostname loadavg machine networkInterfaces platform release "
        "setPriority tmpdir totalmem type uptime userInfo version"
    ),
    "path": (
        "_makeLong basename default delimiter dirname extname format isAbsolute join matchesGlob "
        "normalize parse posix relative resolve sep toNamespacedPath win32"
    ),
    "perf_hooks": (
        "Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver "
        "PerformanceObserverEntryList PerformanceResourceTiming constants createHistogram default "
        "monitorEventLoopDelay performance"
    ),
    "punycode": "decode default encode toASCII toUnicode ucs2 version",
    "querystring": "decode default encode escape parse stringify unescape unescapeBuffer",
    "readline": (
        "Interface clearLine clearScreenDown createInterface cursorTo default emitKeypressEvents "
        "moveCursor promises"
    ),
    "readline/promises": "Interface Readline createInterface default",
    "repl": (
        "REPLServer REPL_MODE_SLOPPY REPL_MODE_STRICT Recoverable builtinModules default "
        "isValidSyntax start writer"
    ),
    "sea": "default getAsset getAssetAsBlob getRawAsset isSea",
    "stream": (
        "Duplex PassThrough Readable Stream Transform Writable _isArrayBufferView _isUint8Array "
        "_uint8ArrayToBuffer addAbortSignal compose default destroy duplexPair finished "
        "getDefaultHighWaterMark isDestroyed isDisturbed isErrored isReadable isWritable pipeline "
        "promises setDefaultHighWaterMark"
    ),
    "stream/consumers": "arrayBuffer blob buffer default json text",
    "stream/promises": "default finished pipeline",
    "stream/web": (
        "ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy DecompressionStream "
        "ReadableByteStreamController ReadableStream ReadableStreamBYOBReader "
        "ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader "
        "TextDecoderStream TextEncoderStream TransformStream TransformStreamDefaultController "
        "WritableStream WritableStreamDefaultController WritableStreamDefaultWriter default"
    ),
    "string_decoder": "StringDecoder default",
    "test": (
        "after afterEach before beforeEach default describe it mock only run skip suite test todo"
    ),
    "test/reporters": "default dot junit lcov spec tap",
    "timers": (
        "_unrefActive active clearImmediate clearInterval clearTimeout default enroll promises "
        "setImmediate setInterval setTimeout unenroll"
    ),
    "timers/promises": "default scheduler setImmediate setInterval setTimeout",
    "tls": (
        "CLIENT_RENEG_LIMIT CLIENT_RENEG_WINDOW DEFAULT_CIPHERS DEFAULT_ECDH_CURVE "
        "DEFAULT_MAX_VERSION DEFAULT_MIN_VERSION SecureContext Server TLSSocket "
        "checkServerIdentity connect convertALPNProtocols createSecureContext createSecurePair "
        "createServer default getCiphers rootCertificates"
    ),
    "trace_events": "createTracing default getEnabledCategories",
    "tty": "ReadStream WriteStream default isatty",
    "url": (
        "URL URLSearchParams Url default domainToASCII domainToUnicode fileURLToPath format parse "
        "pathToFileURL resolve resolveObject urlToHttpOptions"
    ),
    "util": (
        "MIMEParams MIMEType TextDecoder TextEncoder _errnoException _exceptionWithHostPort "
        "_extend aborted callbackify debug debuglog default deprecate format formatWithOptions "
        "getSystemErrorMap getSystemErrorName inherits inspect isArray isBoolean isBuffer isDate "
        "isDeepStrictEqual isError isFunction isNull isNullOrUndefined isNumber isObject "
        "isPrimitive isRegExp isString isSymbol isUndefined log parseArgs parseEnv promisify "
        "stripVTControlCharacters styleText toUSVString transferableAbortController "
        "transferableAbortSignal types"
    ),
    "util/types": (
        "default isAnyArrayBuffer isArgumentsObject isArrayBuffer isArrayBufferView "
        "isAsyncFunction isBigInt64Array isBigIntObject isBigUint64Array isBooleanObject "
        "isBoxedPrimitive isCryptoKey isDataView isDate isExternal isFloat32Array isFloat64Array "
        "isGeneratorFunction isGeneratorObject isInt16Array isInt32Array isInt8Array isKeyObject "
        "isMap isMapIterator isModuleNamespaceObject isNativeError isNumberObject isPromise "
        "isProxy isRegExp isSet isSetIterator isSharedArrayBuffer isStringObject isSymbolObject "
        "isTypedArray isUint16Array isUint32Array isUint8Array isUint8ClampedArray isWeakMap "
        "isWeakSet"
    ),
    "v8": (
        "DefaultDeserializer DefaultSerializer Deserializer GCProfiler Serializer "
        "cachedDataVersionTag default deserialize getHeapCodeStatistics getHeapSnapshot "
        "getHeapSpaceStatistics getHeapStatistics promiseHooks queryObjects serialize "
        "setFlagsFromString setHeapSnapshotNearHeapLimit startupSnapshot stopCoverage takeCoverage "
        "writeHeapSnapshot"
    ),
    "vm": (
        "Script compileFunction constants createContext createScript default isContext "
        "measureMemory runInContext runInNewContext runInThisContext"
    ),
    "wasi": "WASI default",
    "worker_threads": (
        "BroadcastChannel MessageChannel MessagePort SHARE_ENV Worker default getEnvironmentData "
        "isMainThread markAsUntransferable moveMessagePortToContext parentPort postMessageToThread "
        "receiveMessageOnPort resourceLimits setEnvironmentData threadId workerData"
    ),
    "zlib": (
        "BrotliCompress BrotliDecompress Deflate DeflateRaw Gunzip Gzip Inflate InflateRaw Unzip "
        "brotliCompress brotliCompressSync brotliDecompress brotliDecompressSync codes constants "
        "crc32 createBrotliCompress createBrotliDecompress createDeflate createDeflateRaw "
        "createGunzip createGzip createInflate createInflateRaw createUnzip default deflate "
        "deflateRaw deflateRawSync deflateSync gunzip gunzipSync gzip gzipSync inflate inflateRaw "
        "inflateRawSync inflateSync unzip unzipSync"
    ),
}
"""Module to names, without `node:`."""
