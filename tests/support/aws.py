"""AWS on loopback: moto's server, and in front of it a proxy that notes calls and plays faults.

    with AwsServer() as aws:
        aws.fail("PUT", "/code", status=412, code="PreconditionFailedException")
        run_zipper("deploy", env=aws.environment)
        aws.calls      # ["GET /2015-03-31/functions/orders", ...]

moto validates what it is sent as far as it plays a service, botocore validates every call against
AWS's own model. What moto does not play, a fault answers in its place; of events it plays some
otherwise than AWS, see `tests.support.lambda_events`. Functions that moto calls are not run: their
events are in `invocations`.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs

from tests.support.lambda_events import LambdaEvents

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AwsServer", "Call", "Fault"]


@dataclass
class Call:
    """One request as it came in."""

    method: str
    path: str
    target: str
    """AWS's name of the operation, where the protocol has it in a header or a form."""
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.target or self.path.partition('?')[0]}"


@dataclass
class Fault:
    """What happens to the next calls that fit."""

    method: str
    pattern: str
    """A regular expression that is searched in the path, or in the operation's name."""
    times: int = 1
    status: int = 0
    code: str = ""
    message: str = "played"
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cuts: bool = False
    """The connection is closed in the middle of the body."""
    changes: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """Changes the answer that moto gives."""
    before: Callable[[], None] | None = None
    """Called when the call comes in."""


class AwsServer:
    """moto behind a proxy, both in this process; the state is empty at first."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.checksums: dict[str, str] = {}
        self.events = LambdaEvents(self._exists)
        self.invocations: list[tuple[str, Any]] = []
        """The ARN of each version that was called, and its event."""

    def __enter__(self) -> Self:
        from moto.awslambda.models import LambdaFunction  # noqa: PLC0415  (as below)
        from moto.server import ThreadedMotoServer  # noqa: PLC0415  (slow; for these tests only)

        def note(function: Any, event: Any) -> tuple[str, bool, str]:
            self.invocations.append((function.function_arn, event))
            return "{}", False, ""

        # moto runs functions in Docker.
        self._invoke = LambdaFunction._invoke_lambda
        LambdaFunction._invoke_lambda = note  # type: ignore[method-assign]
        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._moto.start()
        self.moto_port = self._moto.get_host_and_port()[1]
        handler = type("Handler", (_Handler,), {"aws": self})
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._proxy.serve_forever, daemon=True)
        self._thread.start()
        self.reset()
        return self

    def __exit__(self, *_error: object) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()
        self._moto.stop()
        from moto.awslambda.models import LambdaFunction  # noqa: PLC0415  (as above)

        LambdaFunction._invoke_lambda = self._invoke  # type: ignore[method-assign]

    def reset(self) -> None:
        """Forget all that was made, and all faults; an invocation needs no Docker."""
        self.faults.clear()
        self.checksums.clear()
        self.events = LambdaEvents(self._exists)
        self.invocations.clear()
        self._post("/moto-api/reset", b"")
        self._post("/moto-api/config", json.dumps({"lambda": {"use_docker": False}}).encode())
        self.calls.clear()

    def _post(self, path: str, body: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.moto_port, timeout=30)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        assert connection.getresponse().status in {200, 201}
        connection.close()

    @property
    def url(self) -> str:
        """The address of the proxy."""
        return f"http://127.0.0.1:{self._proxy.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead boto3 here, and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }

    def client(self, service: str) -> Any:
        """Return a client that asks moto, past the proxy."""
        import boto3  # noqa: PLC0415  (slow; for these tests only)

        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.moto_port}",
            region_name="eu-central-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )

    def fail(self, method: str, pattern: str, **more: Any) -> Fault:
        """Play a fault at the next call that fits; see `Fault`."""
        self.faults.append(Fault(method, pattern, **more))
        return self.faults[-1]

    def take_calls(self) -> list[str]:
        """Return the calls since the last question, by method and path or operation."""
        calls, self.calls = self.calls, []
        return list(map(str, calls))

    def find_revision(self, name: str) -> str:
        """Return a name for what the function is now: moto has none, and Lambda's is a lock."""
        connection = http.client.HTTPConnection("127.0.0.1", self.moto_port, timeout=60)
        path = f"/2015-03-31/functions/{name}/configuration"
        connection.request("GET", path, headers=_SIGNED)
        data = connection.getresponse().read()
        connection.close()
        fields = json.loads(data)
        kept = {key: value for key, value in fields.items() if key != "RevisionId"}
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()

    def _exists(self, arn: str) -> bool:
        """Whether moto has the function, and its alias."""
        name, _, alias = arn.partition(":function:")[2].partition(":")
        query = f"?Qualifier={alias}" if alias else ""
        connection = http.client.HTTPConnection("127.0.0.1", self.moto_port, timeout=60)
        path = f"/2015-03-31/functions/{name}/configuration{query}"
        connection.request("GET", path, headers=_SIGNED)
        status = connection.getresponse().status
        connection.close()
        return status == 200

    def find_fault(self, call: Call) -> Fault | None:
        """Return the first fault that is left for the call."""
        for fault in self.faults:
            if (
                fault.times > 0
                and fault.method == call.method
                and re.search(fault.pattern, call.target or call.path)
            ):
                fault.times -= 1
                return fault
        return None


_MAPPINGS = "/2015-03-31/event-source-mappings"
_BY_ARN = re.compile(r"/functions/arn(?:%3A|:)[^/]+(?:%3A|:)function(?:%3A|:)([\w-]+)(?=/|\?|$)")
_FUNCTION = re.compile(r"/2015-03-31/functions/([\w-]+)(/code|/configuration|/versions)?")
_SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/eu-central-1/lambda/aws4_request, "
    "SignedHeaders=host, Signature=0"
}
"""By which moto knows the service; it verifies no signature."""


def _with_revision(answer: dict[str, Any], revision: str) -> dict[str, Any]:
    return {**answer, "Configuration": {**answer["Configuration"], "RevisionId": revision}}


class _Handler(BaseHTTPRequestHandler):
    aws: AwsServer
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        if "100-continue" in self.headers.get("Expect", ""):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        target = self.headers.get("X-Amz-Target", "")
        length = int(self.headers.get("Content-Length") or 0)
        call = Call(self.command, self.path, target, b"")
        is_form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
        if is_form:
            # IAM and STS name the operation in the body.
            call.body = self._read_body(length)
            call.target = parse_qs(call.body.decode())["Action"][0]
        fault = self.aws.find_fault(call)
        if fault is not None and fault.cuts:
            self.rfile.read(length // 2)
            self.aws.calls.append(call)
            self.close_connection = True
            return
        if not is_form:
            call.body = self._read_body(length)
        self.aws.calls.append(call)
        if fault is not None and fault.before is not None:
            fault.before()
        if fault is not None and fault.status:
            self._answer_fault(fault, is_xml=is_form)
            return
        played = self.aws.events.answer(call.method, call.path, call.body)
        if played is not None:
            self._answer_played(*played)
            return
        self._forward(call, fault)

    def _answer_played(self, status: int, told: Any) -> None:
        self.send_response(status)
        if status >= 400:
            self.send_header("x-amzn-ErrorType", told["__type"])
        data = b"" if told is None else json.dumps(told).encode()
        self._finish(data, "application/json")

    def _read_body(self, length: int) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(length)
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer_fault(self, fault: Fault, *, is_xml: bool = False) -> None:
        told = fault.body
        if told is None:
            told = {"Type": "User", "__type": fault.code, "message": fault.message}
        data = json.dumps(told).encode()
        if is_xml and fault.body is None:
            inner = f"<Code>{fault.code}</Code><Message>{fault.message}</Message>"
            data = f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>".encode()
        self.send_response(fault.status)
        for name, value in {"x-amzn-ErrorType": fault.code, **fault.headers}.items():
            if value:
                self.send_header(name, value)
        self._finish(data, "application/json")

    def _forward(self, call: Call, fault: Fault | None) -> None:
        named = re.fullmatch(
            r"/2015-03-31/functions/([\w-]+)(/code|/configuration|/versions)?", self.path
        )
        sent = json.loads(call.body) if named and call.body else {}
        known = self.aws.find_revision(named[1]) if named else ""
        if named and sent.get("RevisionId", known) != known:
            self._answer_fault(Fault("", "", status=412, code="PreconditionFailedException"))
            return
        if named and call.method == "GET" and not named[2]:
            fault = fault or Fault("", "", changes=lambda answer: answer)
            changes = fault.changes or (lambda answer: answer)
            fault = Fault("", "", changes=lambda answer: _with_revision(changes(answer), known))
        fault = self._mend_mappings(call, fault)
        is_list = call.method == "GET" and call.path.partition("?")[0].rstrip("/") == _MAPPINGS
        # moto finds aliases by a function's name alone, and not by its ARN.
        path = f"{_MAPPINGS}/" if is_list else _BY_ARN.sub(r"/functions/\1", self.path, count=1)
        connection = http.client.HTTPConnection("127.0.0.1", self.aws.moto_port, timeout=60)
        dropped = {"connection", "expect", "transfer-encoding", "content-length"}
        kept = {name: text for name, text in self.headers.items() if name.lower() not in dropped}
        connection.request(self.command, path, call.body or None, kept)
        answer = connection.getresponse()
        data = answer.read()
        if fault is not None and fault.changes is not None and answer.status < 300:
            data = json.dumps(fault.changes(json.loads(data))).encode()
        self.send_response(answer.status)
        skipped = {"connection", "content-length", "transfer-encoding", "date", "server"}
        for name, value in answer.getheaders():
            if name.lower() not in skipped and name.lower() != "content-type":
                self.send_header(name, value)
        # moto forgets the checksum that S3 keeps beside an object.
        checksum = "x-amz-checksum-sha256"
        if self.command == "PUT" and self.headers.get(checksum):
            self.aws.checksums[self.path] = self.headers[checksum]
        if self.command == "HEAD" and self.path in self.aws.checksums:
            self.send_header(checksum, self.aws.checksums[self.path])
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self._finish(data, answer.getheader("Content-Type") or "", length=length)
        connection.close()
        if call.method == "DELETE" and answer.status < 300:
            self.aws.events.forget(call.path)

    def _mend_mappings(self, call: Call, fault: Fault | None) -> Fault | None:
        """Return what makes moto's answers about mappings those of AWS."""
        if not call.path.startswith(_MAPPINGS):
            return fault
        events, sent = self.aws.events, json.loads(call.body or b"{}")
        played = fault.changes if fault is not None and fault.changes is not None else None

        def mend(answer: dict[str, Any]) -> dict[str, Any]:
            if "EventSourceMappings" in answer:
                answer = events.pick_mappings(call.path, answer)
            elif "UUID" in answer:
                answer = events.note_mapping(sent, answer)
            return answer if played is None else played(answer)

        return Fault("", "", changes=mend)

    def _finish(self, data: bytes, content_type: str, *, length: str | None = None) -> None:
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", length or str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815

    def log_message(self, *_words: object) -> None:
        pass
