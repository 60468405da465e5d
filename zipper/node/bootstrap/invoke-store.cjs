'use strict';
// `awslambda.InvokeStore`: values that belong to the invocation, as nodejs24.x offers them.

const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID');
const PROTECTED = [REQUEST_ID, TRACE_ID, TENANT_ID];

class InvokeStore {
  static PROTECTED_KEYS = { REQUEST_ID, X_RAY_TRACE_ID: TRACE_ID, TENANT_ID };
  #context;

  getContext() {
    return this.#context;
  }

  hasContext() {
    return this.#context !== undefined;
  }

  get(key) {
    return this.#context?.[key];
  }

  set(key, value) {
    if (PROTECTED.includes(key)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    }
    this.#context = this.#context ?? {};
    this.#context[key] = value;
  }

  getRequestId() {
    return this.get(REQUEST_ID) ?? '-';
  }

  getXRayTraceId() {
    return this.get(TRACE_ID);
  }

  getTenantId() {
    return this.get(TENANT_ID);
  }

  run(context, call) {
    this.#context = context;
    return call();
  }

  enter(invocation, call) {
    return this.run({ [REQUEST_ID]: invocation.requestId, [TRACE_ID]: invocation.traceId }, call);
  }
}

module.exports = { InvokeStore };
