'use strict';
// What the handler learns about its invocation, and the trace id that goes with it.

const { setRequestId } = require('./log.cjs');

function describeInvocation(invocation) {
  const { requestId, deadline, arn, traceId, clientContext, identity } = invocation;
  setRequestId(requestId);
  process.env._X_AMZN_TRACE_ID = traceId;
  return {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext,
    identity,
    invokedFunctionArn: arn,
    awsRequestId: requestId,
    tenantId: undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

module.exports = { describeInvocation };
