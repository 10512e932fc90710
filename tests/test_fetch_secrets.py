"""Credentials reach the one origin that they are for, and no other place: no host, no result, no log."""

import asyncio
import datetime as dt
import ipaddress
import logging
import random
import socket
import ssl

import pytest
from chaos import Chaos, head

from pipeline.errors import ConfigError
from pipeline.fetch import Fetcher, FetchRequest, FetchSettings, fetch_all
from pipeline.model import Fetched, Outcome

NOW = dt.datetime(2025, 3, 4, 12, 0, tzinfo=dt.UTC)
QUICK = FetchSettings(
    allow_private_hosts=True, per_host_delay=0, obey_robots=False, total_timeout=3, retry_base=0.01, proxies={}
)
CANARY = "c4n4ry-s3cret"
SECRETS = {
    f"ida:{CANARY}": "Authorization: Basic aWRhOmM0bjRyeS1zM2NyZXQ=",
    f"X-Secret: {CANARY}": f"X-Secret: {CANARY}",
    f"?token={CANARY}": f"token={CANARY}",
    CANARY: f"Authorization: Bearer {CANARY}",
}
TRACES = (CANARY, "aWRhOmM0bjRyeS1zM2NyZXQ")


def fetch(url: str, secret: str | None, settings: FetchSettings = QUICK, **more) -> Fetched:
    return fetch_all([FetchRequest(url=url, secret=secret, **more)], NOW, settings, random.Random(1))[0]


def shows_secret(text: str) -> bool:
    return any(trace in text for trace in TRACES)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_reaches_its_origin_and_no_result_or_log(secret, caplog):
    """Even though the server echoes it in header, redirect and error; every library may log."""
    caplog.set_level(logging.DEBUG)
    with Chaos() as chaos:
        echo = [f"X-Echo: {CANARY}", f"Content-Location: /a?token={CANARY}", f"Link: <http://x:{CANARY}@b.example>"]
        url = chaos.on("/a", head(301, f"Location: /b?token={CANARY}&n=1", *echo, length=0))
        chaos.on("/b", head(200, *echo, length=2) + b"ok")
        fetched = fetch(url, secret)
        assert (fetched.outcome, len(chaos.requests)) == (Outcome.OK, 2)
        assert all(SECRETS[secret] in r for r in chaos.requests)
        chaos.on("/b", lambda: [])
        failed = fetch(url, secret)
        assert failed.outcome == Outcome.UNREACHABLE
    assert not shows_secret(repr(fetched)) and not shows_secret(repr(failed))
    assert not shows_secret(caplog.text) and "ok" in caplog.text


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_and_validators_do_not_follow_to_another_origin_and_do_not_come_back(secret):
    """Another port is another origin; after the detour nothing is sent again, there or at home."""
    with Chaos() as home, Chaos() as other:
        url = home.on("/a", head(302, f"Location: {other.url}/b", length=0))
        other.on("/b", head(302, "Location: /b2", length=0))
        other.on("/b2", head(302, f"Location: {home.url}/c", length=0))
        home.on("/c", head(length=2) + b"ok")
        assert fetch(url, secret, etag='"v1"', last_modified="Tue, 04 Mar 2025 11:00:00 GMT").outcome == Outcome.OK
        assert shows_secret(home.requests[0]) and 'If-None-Match: "v1"' in home.requests[0]
        assert len(other.requests) == 2
        for request in (*other.requests, home.requests[1]):
            assert not shows_secret(request)
            assert "If-" not in request and "Authorization" not in request and "X-Secret" not in request


def test_user_info_in_a_url_is_sent_as_basic_auth_and_shown_nowhere():
    """The old way to write credentials."""
    with Chaos() as chaos:
        chaos.on("/a", head(length=2) + b"ok")
        fetched = fetch(f"http://ida:{CANARY}@127.0.0.1:{chaos.port}/a", None)
        assert "Authorization: Basic aWRhOmM0bjRyeS1zM2NyZXQ=" in chaos.requests[0]
        assert fetched.url == fetched.final_url == chaos.url + "/a"


def test_a_permanent_url_that_holds_a_secret_is_not_offered():
    """It could not be stored without it, and would not work without it."""
    with Chaos() as home, Chaos() as other:
        url = home.on("/a", head(301, f"Location: {other.url}/b?token={CANARY}", length=0))
        other.on("/b", head(length=2) + b"ok")
        fetched = fetch(url, f"?token={CANARY}")
        assert (fetched.outcome, fetched.permanent_url) == (Outcome.OK, None)
        assert fetched.final_url == other.url + "/b?token=REDACTED"


@pytest.mark.parametrize("secret", ["X-Key: a\r\nX-Evil: 1", "ida:s3cret\n"])
def test_a_secret_that_cannot_be_a_header_is_never_sent(secret):
    """And the reason does not show it."""
    with Chaos() as chaos:
        fetched = fetch(chaos.on("/a", head(length=2) + b"ok"), secret)
        assert (fetched.outcome, chaos.hits.total()) == (Outcome.BLOCKED, 0)
        assert "s3cret" not in fetched.reason


def test_robots_txt_is_asked_without_credentials():
    """It is public; so are its logs."""
    with Chaos() as chaos:
        url = chaos.on("/a", head(length=2) + b"ok")
        settings = FetchSettings(allow_private_hosts=True, per_host_delay=0, proxies={})
        fetch(url, f"ida:{CANARY}", settings, etag='"v1"')
        assert chaos.requests[0].startswith("GET /robots.txt")
        assert not shows_secret(chaos.requests[0]) and "If-None-Match" not in chaos.requests[0]
        assert shows_secret(chaos.requests[1])


def test_nothing_is_taken_from_netrc(tmp_path, monkeypatch):
    """Credentials that nobody named in feeds.toml stay where they are."""
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login ida password {CANARY}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Chaos() as chaos:
        fetch(chaos.on("/a", head(length=2) + b"ok"), None)
        assert "Authorization" not in chaos.requests[0]


def test_cookies_are_not_sent_back():
    """A visit leaves no trace that the next one carries."""

    def lookup(host: str, port: int, *_: object):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def run(url: str) -> Fetched:
        async with Fetcher(QUICK, random.Random(1), lookup=lookup) as fetcher:
            await fetcher.fetch(FetchRequest(url=url), NOW)
            return await fetcher.fetch(FetchRequest(url=url), NOW)

    with Chaos() as chaos:
        chaos.on("/a", head(302, "Set-Cookie: id=7; Path=/", "Location: /b", length=0))
        chaos.on("/b", head(length=2) + b"ok")
        assert asyncio.run(run(f"http://tern.example:{chaos.port}/a")).outcome == Outcome.OK
        assert len(chaos.requests) == 4 and not any("Cookie" in r for r in chaos.requests)


def test_proxies_come_from_the_environment_with_their_exceptions(monkeypatch):
    """HTTP_PROXY for all but NO_PROXY; its credentials go to the proxy and into no text."""
    with Chaos() as proxy, Chaos() as direct:
        proxy.on("http://tern.example/a", head(length=5) + b"proxy")
        direct.on("/a", head(length=6) + b"direct")
        monkeypatch.setenv("http_proxy", f"http://ida:{CANARY}@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        settings = FetchSettings(allow_private_hosts=True, per_host_delay=0, obey_robots=False, retry_base=0.01)
        assert fetch(direct.url + "/a", None, settings).body == b"direct"
        through = fetch("http://tern.example/a", None, settings)
        assert through.body == b"proxy" and not shows_secret(repr(through))
        assert "Proxy-Authorization: Basic" in proxy.requests[0]
    failed = fetch("http://tern.example/a", None, settings)
    assert failed.outcome == Outcome.UNREACHABLE and not shows_secret(repr(failed))


@pytest.mark.parametrize("value", [f"socks5://ida:{CANARY}@127.0.0.1:1080", f"https://ida:{CANARY}@127.0.0.1", "http://"])
def test_a_proxy_that_cannot_be_used_is_a_clear_error_without_its_credentials(value):
    """Said before anything is fetched, and never silently gone round."""
    with pytest.raises(ConfigError) as caught:
        fetch("http://tern.example/", None, FetchSettings(proxies={"http": value}))
    assert "http_proxy" in str(caught.value) and not shows_secret(str(caught.value))


# ---- TLS


@pytest.fixture(scope="module")
def tls(tmp_path_factory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server on 127.0.0.1 and of a client that trusts it."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "tern.example")])
    today = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=file)


def fetch_tls(url: str, trusting: ssl.SSLContext | None, secret: str | None = None) -> Fetched:
    async def run() -> Fetched:
        async with Fetcher(QUICK, random.Random(1), tls=trusting) as fetcher:
            return await fetcher.fetch(FetchRequest(url=url, secret=secret), NOW)

    return asyncio.run(run())


def test_a_redirect_from_https_to_http_is_refused_while_a_secret_is_sent(tls):
    """The plain server sees nothing; without a secret the redirect is followed."""
    server, trusting = tls
    with Chaos(tls=server) as secure, Chaos() as plain:
        url = secure.on("/a", head(302, f"Location: {plain.url}/b", length=0))
        plain.on("/b", head(length=2) + b"ok")
        assert fetch_tls(url, trusting, f"ida:{CANARY}").outcome == Outcome.REDIRECT_REFUSED
        assert plain.hits.total() == 0
        assert fetch_tls(url, trusting).outcome == Outcome.OK


def test_a_certificate_that_is_not_trusted_ends_the_fetch(tls):
    """Verification is never off (the class of verify=False), and is not tried again."""
    with Chaos(tls=tls[0]) as secure:
        fetched = fetch_tls(secure.on("/a", head(length=2) + b"ok"), None)
        assert (fetched.outcome, secure.hits.total()) == (Outcome.UNREACHABLE, 0)
        assert "certificate" in fetched.reason
