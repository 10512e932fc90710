"""A server of object storage on loopback, for tests: it checks signatures and rights, takes files in parts, fails when told.

The server is moto's, which keeps all in memory. It is started once for all tests of a process that ask for one.
"""

import json
import os
import secrets
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

KEY, SECRET = "LAKE_KEY", "LAKE_SECRET"  # the variables that hold the keys
BUCKET, PREFIX = "tern-news", "lakes"
REGION = "eu-central-1"


class Buckets:
    """The server. All requests are in `asked`; what `failing` says of one takes the place of an answer."""

    def __init__(self) -> None:
        import boto3
        from moto.server import DomainDispatcherApplication, create_backend_app

        self._app = DomainDispatcherApplication(create_backend_app)
        self.failing: Callable[[str, str], str | None] | None = None
        self.asked: list[tuple[str, str, str]] = []
        self.endpoint = f"http://127.0.0.1:{self.serve()}"
        root = {"endpoint_url": self.endpoint, "region_name": REGION, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        boto3.client("s3", **root).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.key, self.secret = self._user(boto3.client("iam", **root))
        self._check_signatures()
        mine = root | {"aws_access_key_id": self.key, "aws_secret_access_key": self.secret}
        self.client = boto3.client("s3", **mine)

    def serve(self, certificate: Path | None = None) -> int:
        """Listen on a further port, with TLS if there is a certificate."""
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Handler(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *about: object) -> None:
                pass

        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        made = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Handler, ssl_context=context)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        return made.server_port

    def _user(self, iam) -> tuple[str, str]:
        """Keys that may do what they like with the one bucket, and see no other."""
        iam.create_user(UserName="lake")
        allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName="lake", PolicyName="lake", PolicyDocument=policy)
        key = iam.create_access_key(UserName="lake")["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def _check_signatures(self) -> None:
        from moto import settings

        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

    def __call__(self, environ: dict, start: Callable) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.asked.append((method, path, environ["HTTP_HOST"]))
        if self.failing and (status := self.failing(method, path)):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            body = f"<Error><Code>{status.partition(' ')[2]}</Code><Message>as the test wants</Message></Error>".encode()
            start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        return self._app(environ, start)

    @contextmanager
    def fails(self, how: Callable[[str, str], str | None]):
        """Inside, requests end in the status that `how` gives for method and path."""
        self.failing = how
        try:
            yield
        finally:
            self.failing = None

    def names(self, data: str) -> list[str]:
        """Of the objects under an address."""
        bucket, _, prefix = data.removeprefix("s3://").partition("/")
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix + "/")
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def place(self) -> dict[str, object]:
        """The settings of a new place for files."""
        return {"data": f"s3://{BUCKET}/{PREFIX}/{secrets.token_hex(6)}", "s3": self.settings(self.endpoint)}

    def settings(self, endpoint: str) -> dict[str, str]:
        os.environ[KEY], os.environ[SECRET] = self.key, self.secret
        return {"endpoint": endpoint, "region": REGION, "access_key": f"env:{KEY}", "secret_key": f"env:{SECRET}"}


@cache
def buckets() -> Buckets:
    """The server, started when it is first asked for."""
    pytest.importorskip("duckdb_extension_httpfs", reason="the extra `lake` is not installed")
    return Buckets()
