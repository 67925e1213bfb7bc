"""Whether a request was signed with a Coinbase key: a CDP key's token, or the older keys' HMAC.

Belongs here: checking signatures. Does not belong here: what a key may do.
"""

import base64
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connectors.replay.venue import Request

_ED25519_SEED_BYTES = 32
_TOKEN_PARTS = 3
_V2 = "/v2/"


def is_signed(request: Request, *, api_key: str | None, secret: str | None) -> bool:
    """Whether `request` names a key (`api_key`, if given) and is signed with `secret` (if given).

    `secret` is a PEM of an EC key, the base64 of an Ed25519 key, or the text of an older key.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme == "Bearer":
        return _is_token(token, request, api_key=api_key, secret=secret)
    key, signature = request.headers.get("cb-access-key"), request.headers.get("cb-access-sign", "")
    if not key or api_key not in (None, key):
        return False
    if secret is None:
        return True
    query = "?" + request.raw_query if request.raw_query and request.path.startswith(_V2) else ""
    text = request.headers.get("cb-access-timestamp", "") + request.method + request.path + query + request.body
    return hmac.compare_digest(hmac.digest(secret.encode(), text.encode(), "sha256").hex(), signature)


def _is_token(token: str, request: Request, *, api_key: str | None, secret: str | None) -> bool:
    """A JWT whose `uri` (ES256) or `uris` (EdDSA) is this method and path."""
    parts = token.split(".")
    if len(parts) != _TOKEN_PARTS:
        return False
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
    except ValueError:
        return False
    named = [claims["uri"]] if "uri" in claims else claims.get("uris", [])
    is_for_this = any(
        uri.startswith(request.method + " ") and uri.endswith(request.host + request.path) for uri in named
    )
    if not is_for_this or api_key not in (None, claims.get("sub")):
        return False
    return secret is None or _is_by(secret, header.get("alg"), f"{parts[0]}.{parts[1]}".encode(), _decoded(parts[2]))


def _is_by(secret: str, algorithm: Any, signed: bytes, signature: bytes) -> bool:
    try:
        if algorithm == "EdDSA":
            seed = base64.b64decode(secret)[:_ED25519_SEED_BYTES]
            ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(signature, signed)
            return True
        key = load_pem_private_key(secret.encode(), None)
        if algorithm != "ES256" or not isinstance(key, ec.EllipticCurvePrivateKey):
            return False
        half = len(signature) // 2
        pair = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        key.public_key().verify(pair, signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
