"""Planted secrets are all warned about, ordinary values are not, and no warning shows a secret."""

from __future__ import annotations

import functools
import hashlib
import os
import types
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellburst.cells.secrets import warn

RANDOM = "kJ8fQ2zVn5Xw0RtY7bLs3PdHcG6mAe1U"


def client(module: str, name: str, **attributes: Any) -> Any:
    """An object that looks like one of a library's."""
    value = type(name, (), {"__module__": module})()
    vars(value).update(attributes)
    return value


@dataclass
class Config:
    api_key: str
    depth: int = 3


PLANTED = [
    ("password", "hunter2"), ("db_password", "correct-horse"), ("passwd", "x9"), ("dbPassword", "tr0ub4dor"),
    ("api_key", "abcd1234efgh"), ("OPENAI_API_KEY", "sk-" + "a1B2" * 12), ("apikey", "0123456789abcdef"),
    ("secret", "s3cr3t"), ("client_secret", "qwertyuiop"), ("token", "0a1b2c3d4e5f"), ("hf_token", "hf_" + "aB3" * 12),
    ("auth", "dXNlcjpwYXNzd29yZA=="), ("bearer", "abc.def-123"), ("aws_secret_access_key", "wJalrXUtnFEMI/K7MDENG+bPx"),
    ("x", "AKIAIOSFODNN7EXAMPLE"), ("x", "ghp_" + "a1B2c3D4e5" * 4), ("x", "github_pat_" + "a1B2c3D4e5" * 4),
    ("x", "glpat-" + "a1B2c3D4e5" * 2), ("x", "xoxb-1234567890-abcdefghij"), ("x", "sk-ant-api03-" + "aB3_" * 12),
    ("x", "AIza" + "B" * 35), ("x", "hf_" + "aBcD" * 9), ("x", "pypi-AgE" + "aBcD" * 10), ("x", "npm_" + "aBcD" * 9),
    ("x", "sk_live_" + "aB3d" * 6), ("x", "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"),
    ("x", "-----BEGIN PRIVATE KEY-----\nabc"), ("x", b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc"),
    ("x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9"),
    ("x", "postgresql://me:secret@db.example.com/x"), ("x", "mongodb+srv://u:p4ss@c.example.net"),
    ("x", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + "aB3d" * 20 + "=="),
    ("x", "Server=a;Database=b;User Id=c;Password=hunter2;"), ("x", "Bearer " + "aB3d" * 8),
    ("x", "https://hooks.slack.com/services/T000/B000/XXXX"), ("x", RANDOM), ("x", RANDOM.encode()),
    ("x", hashlib.sha256(b"x").hexdigest()), ("x", {"a": {"password": "hunter2"}}), ("x", [{"token": "0a1b2c3d4e5f"}]),
    ("x", {"headers": {"Authorization": "Bearer " + RANDOM}}), ("x", ("user", RANDOM)), ("x", Config(RANDOM)),
    ("x", types.SimpleNamespace(secret="s3cr3t")), ("x", functools.partial(print, api_key="abcd1234efgh")),
    ("x", lambda url, password="hunter2": url), ("x", eval(f"lambda: {RANDOM!r}")), ("x", os.environ),
    ("x", client("botocore.client", "S3")), ("x", client("boto3.session", "Session")),
    ("x", client("openai", "OpenAI")),
    ("x", client("openai", "AsyncOpenAI")), ("x", client("anthropic", "Anthropic")),
    ("x", client("google.oauth2.service_account", "Credentials")),
    ("x", client("google.cloud.storage.client", "Client")),
    ("x", client("azure.identity._credentials.default", "DefaultAzureCredential")),
    ("x", client("sqlalchemy.engine.base", "Engine")), ("x", client("pymongo.mongo_client", "MongoClient")),
    ("x", client("redis.client", "Redis")), ("x", client("huggingface_hub.hf_api", "HfApi")),
    ("x", client("pydantic.types", "SecretStr")), ("x", client("slack_sdk.web.client", "WebClient")),
    ("x", client("requests.sessions", "Session", auth=("user", "pass"), headers={})),
    ("x", client("httpx", "Client", auth=None, headers={"authorization": "x"})),
]  # fmt: skip

ORDINARY = [
    ("tokens", ["the", "cat"]), ("token", "the"), ("max_tokens", 512), ("tokenizer", "bert-base-uncased"),
    ("n_tokens", 10_000), ("password_column", "password"), ("password", ""), ("api_key", "YOUR_API_KEY".lower()),
    ("api_key", "<your key>"), ("key", "AAPL"), ("keys", ["a", "b"]), ("author", "Ada Lovelace"), ("x", "hello world"),
    ("path", "/data/2024/run-01/model_final_v2.ckpt"), ("url", "https://example.com/a/b?c=1"),
    ("x", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    ("checksum", hashlib.md5(b"x").hexdigest()), ("commit", hashlib.sha1(b"x").hexdigest()), ("x", "a" * 200),
    ("x", "12345678901234567890123456789012345"), ("sequence", "ACGTACGGTTAACCGGATATCCGGTTAACC"),
    ("x", "RandomForestClassifierWithVeryLongName"), ("x", "sklearn.linear_model.LogisticRegression"),
    ("x", "2024-01-01T00:00:00.000000+00:00"), ("x", 3.14), ("x", None), ("x", True), ("x", b"\x00\x01"),
    ("x", list(range(10_000))), ("x", {"lr": 0.1, "depth": 3}), ("x", np.zeros(10)), ("x", pd.DataFrame({"a": [1]})),
    ("x", "snake_case_name_of_a_long_column"), ("x", "camelCaseNameOfALongColumnToo"), ("x", lambda a: a + 1),
    ("x", "The quick brown fox jumps over the lazy dog"), ("x", client("requests.sessions", "Session", auth=None)),
    ("x", "resnet50-imagenet1k-v2-fp16-cuda"), ("monkey", "banana"), ("x", "s3://bucket/prefix/file.parquet"),
    ("x", type("OpenAI", (), {"__module__": "openai"})), ("x", Config),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), PLANTED)
def test_what_looks_like_a_credential_is_told(name: str, value: object) -> None:
    warning = warn(name, value)
    assert warning is not None
    assert warning.startswith(name)
    for text in texts_in(value):
        assert text not in warning


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_ordinary_values_are_not(name: str, value: object) -> None:
    assert warn(name, value) is None


def test_it_says_where() -> None:
    warning = warn("config", {"db": [{"password": "hunter2"}]})
    assert warning is not None
    assert warning.startswith("config['db'][0]['password'] looks like a credential")


def test_a_key_that_is_a_secret_is_not_shown() -> None:
    warning = warn("config", {RANDOM: {"password": "hunter2"}})
    assert warning is not None
    assert RANDOM not in warning
    assert "config[...]" in warning


def test_circles_and_large_values_end() -> None:
    circle: dict[str, Any] = {}
    circle["me"] = circle
    assert warn("x", circle) is None
    assert warn("x", [[str(number) * 10 for number in range(1000)] for _ in range(100)]) is None


def texts_in(value: object) -> list[str]:
    if isinstance(value, bytes):
        return [value.decode()]
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    return [RANDOM, "hunter2", "s3cr3t"]
