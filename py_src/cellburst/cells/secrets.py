"""Values that look like credentials. What is said names them; it never shows any of their text."""

from __future__ import annotations

import functools
import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from types import FunctionType, SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

_DEEPEST = 4
_MOST = 500  # values looked at below one name
_INNOCENT = frozenset({int, float, bool, complex, type(None), list, tuple, dict, set, frozenset, FunctionType})
_SHORT = 8  # a shorter text gives itself away by its name only

_NAME = re.compile(
    r"(?:^|[_\W])(?:api_?key|apikey|secret|token|passw(?:or)?d|passphrase|pwd|credentials?|private_?key|access_?key"
    r"|secret_?key|auth|bearer|connection_?string|conn_?str|dsn|client_secret|signing_?key|encryption_?key"
    r"|webhook(?:_url)?|pat)(?:$|[_\W]|\d)",
    re.IGNORECASE,
)
# Names that speak of a credential without being one.
_ABOUT = re.compile(
    r"(?:column|col|field|name|label|length|len|count|policy|pattern|regex|type|file|path|hash|prompt|header|url|uri"
    r"|counts|names|types|size|limit)$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (words, re.compile(pattern))
    for words, pattern in (
        ("an AWS access key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}\b"),
        ("a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|PuTTY-User-Key-File"),
        ("a GitHub token", r"\b(?:gh[pousr]_[0-9A-Za-z]{30,}|github_pat_\w{30,})"),
        ("a GitLab token", r"\bgl(?:pat|dt|rt|ft)-[\w-]{20,}"),
        ("an API key", r"\b(?:sk|pk|rk)[-_](?:ant|proj|live|test|or|svcacct)?[-_]?[0-9A-Za-z_-]{20,}"),
        ("a Slack token", r"\bxox[abeoprs]-[\w-]{10,}|hooks\.slack\.com/services/\S+"),
        ("a Google API key", r"\bAIza[\w-]{35}"),
        ("a Google OAuth token", r"\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}"),
        ("a Hugging Face token", r"\b(?:hf|api_org)_[0-9A-Za-z]{30,}"),
        ("an API key", r"\b(?:gsk|r8|nvapi|pplx|dop_v1|shpat|npm|dckr_pat|key|SG|sq0csp|lin_api)[-_.][\w.-]{24,}"),
        ("a PyPI token", r"\bpypi-AgE[\w-]{30,}"),
        ("a JSON web token", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"),
        ("an Azure key", r"(?:AccountKey|SharedAccessKey|sig)=[\w%+/=-]{20,}"),
        ("a URL with a password", r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s:@]+@[^\s]+"),
        ("an authorization header", r"^(?:Bearer|Basic|Token)\s+[\w.~+/=-]{12,}$"),
        ("a password", r"(?i)\b(?:password|pwd)\s*=\s*[^;\s]{3,}\s*(?:;|$)"),
    )
)
_CLIENTS: tuple[tuple[str, str, str], ...] = (
    # module, a pattern for the type's name, what it is
    ("botocore", r".*", "an AWS client with its credentials"),
    ("boto3", r".*", "an AWS client with its credentials"),
    ("aiobotocore", r".*", "an AWS client with its credentials"),
    ("s3fs", r".*FileSystem", "an AWS client with its credentials"),
    ("openai", r".*(?:OpenAI|Client)", "an OpenAI client with its key"),
    ("anthropic", r".*(?:Anthropic\w*|Client)", "an Anthropic client with its key"),
    ("google", r".*(?:Client|Credentials)", "a Google client with its credentials"),
    ("gcsfs", r".*FileSystem", "a Google client with its credentials"),
    ("azure", r".*(?:Client|Credential|Service)", "an Azure client with its credentials"),
    ("adlfs", r".*FileSystem", "an Azure client with its credentials"),
    ("huggingface_hub", r".*(?:Api|Client)", "a Hugging Face client with its token"),
    ("cohere|mistralai|groq|replicate|together|pinecone|weaviate|qdrant_client|langfuse|tavily|elevenlabs",
     r".*(?:Client|Groq|Mistral|Pinecone|Together|Langfuse)\w*", "a client with its key"),
    ("github", r"(?:Github|Auth|Token)\w*", "a GitHub client with its token"),
    ("gitlab", r"Gitlab", "a GitLab client with its token"),
    ("slack_sdk|slack", r".*Client", "a Slack client with its token"),
    ("stripe|twilio|sendgrid|notion_client|airtable|pyairtable|telegram|discord|tweepy|praw|kaggle",
     r".*(?:Client|Api|API|Bot|Reddit|KaggleApi)\w*", "a client with its key"),
    ("sqlalchemy", r"(?:Engine|AsyncEngine|URL|Connection|Session|MetaData)", "a database address with its password"),
    ("pymongo|motor|redis|elasticsearch|opensearchpy|cassandra|neo4j|influxdb_client|clickhouse_connect|snowflake"
     r"|databricks|trino|pymysql|psycopg|psycopg2|oracledb|pyodbc|asyncpg",
     r".*(?:Client|Redis|Elasticsearch|OpenSearch|Connection|Driver|Pool|Session|Cluster)\w*",
     "a database client with its password"),
    ("paramiko|fabric|asyncssh", r".*(?:Client|Key|Connection|Transport)", "an SSH client with its key"),
    ("cryptography", r".*(?:PrivateKey|Fernet)", "a private key"),
    ("pydantic", r"Secret\w*", "a secret"),
    ("keyring|hvac|msal|oauthlib|requests_oauthlib|authlib", r".*", "a client with its credentials"),
)  # fmt: skip
_CLIENT_PATTERNS = tuple((re.compile(module), re.compile(name), words) for module, name, words in _CLIENTS)
_TOKEN = re.compile(r"[A-Za-z0-9+/_=.~-]{20,512}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HARMLESS_NAME = re.compile(
    r"hash|digest|sha\d*|md5|checksum|commit|revision|uuid|guid|etag|(?:^|_)ids?(?:$|_)|path|file|dir|url|uri|fingerprint"
    r"|sequence|(?:^|_)seq|dna|rna|protein|smiles|inchi|base64|image|(?:^|_)img|html|svg|version|signature",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"(?i)^(?:x+|\*+|\.+|none|null|changeme|your[-_ ].*|<.*>|\$?\{.*\}|todo|dummy|test|example)$")


def warn(name: str, value: object) -> str | None:
    """A sentence if ``value``, or something in it, looks like a credential; it says where, never what.

    Looks into containers, plain objects, closures and defaults, a few levels deep.
    """
    for path, known_name, part in _parts(name, value):
        if words := _judged(known_name, part):
            return f"{path} looks like {words}; it is sent to the worker and kept with the run"
    return None


def looks_secret(name: str, text: str) -> bool:
    """Whether a variable of the environment is one that nobody else should read."""
    return _of_text(name, text) is not None


def _judged(name: str, value: object) -> str | None:
    if type(value) in _INNOCENT:
        return None
    if isinstance(value, (bytes, bytearray)) and len(value) <= 16384:
        value = value.decode("latin-1")
    if isinstance(value, str):
        return _of_text(name, value)
    if isinstance(value, os._Environ):
        return "the whole environment with every credential in it"
    return _of_client(value)


def _of_text(name: str, text: str) -> str | None:
    sample = text[:4096]
    if len(text) >= _SHORT:
        for words, pattern in _PATTERNS:
            if pattern.search(sample):
                return words
    if _is_named_secret(name, sample):
        return "a credential, by its name"
    if _is_random(sample) and len(text) <= 512 and not _HARMLESS_NAME.search(name):
        return "a key or token, by its randomness"
    return None


def _is_named_secret(name: str, text: str) -> bool:
    spaced = _CAMEL.sub("_", name)
    match = _NAME.search(spaced)
    if match is None or _ABOUT.search(spaced) or not text or _PLACEHOLDER.match(text) or re.search(r"\s", text.strip()):
        return False
    if re.search(r"passw|pwd|secret|passphrase", match.group(), re.IGNORECASE):
        return True
    return (len(text) >= 8 and bool(re.search(r"\d|[^\w]", text))) or len(text) >= 16


def _is_random(text: str) -> bool:
    """Whether a text is one word that no person would write."""
    if not _TOKEN.fullmatch(text) or _UUID.fullmatch(text):
        return False
    if _HEX.fullmatch(text):
        return len(text) >= 32 and _bits(text.lower()) > 3.2 and not text.isdigit()
    if text.count("/") > 3 or text.count(".") > 2 or text.startswith(("/", "./", "~")):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", r"\d"))
    words = re.findall(r"[A-Za-z]{2,}", text)
    longest = max(map(len, re.findall(r"[a-z]+|[A-Z]+|\d+", text)), default=0)
    return kinds == 3 and _bits(text) > 3.6 and longest <= max(6, len(text) // 5) and len(words) > 1


def _bits(text: str) -> float:
    """Entropy for each character."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values())


def _of_client(value: object) -> str | None:
    if isinstance(value, type):
        return None  # the class alone holds nothing
    kind = type(value)
    if kind not in _clients:
        _clients[kind] = _of_class(kind)
    if words := _clients[kind]:
        return words
    if type(value).__module__.partition(".")[0] in {"requests", "httpx", "aiohttp"} and _has_authorization(value):
        return "a web session with its credentials"
    return None


_clients: WeakKeyDictionary[type, str | None] = WeakKeyDictionary()


def _of_class(kind: type) -> str | None:
    for base in kind.__mro__[:-1]:
        for module, name, words in _CLIENT_PATTERNS:
            if module.fullmatch(base.__module__.partition(".")[0]) and name.fullmatch(base.__name__):
                return words
    return None


def _has_authorization(session: Any) -> bool:
    try:
        headers = {str(key).lower() for key in getattr(session, "headers", None) or ()}
        return bool(getattr(session, "auth", None) or headers & {"authorization", "x-api-key", "cookie"})
    except Exception:
        return False


def _parts(name: str, value: object) -> Iterator[tuple[str, str, object]]:
    """Values below ``value``: the path to each, the name it goes by, and itself."""
    waiting: list[tuple[str, str, object, int]] = [(name, name, value, 0)]
    seen: set[int] = set()
    for path, known_name, part, depth in waiting:  # grows while it is read
        yield path, known_name, part
        if id(part) in seen or depth >= _DEEPEST:
            continue
        seen.add(id(part))
        if len(waiting) >= _MOST:
            continue
        for step, inner_name, inner in _below(part):
            waiting.append((path + step, inner_name or known_name, inner, depth + 1))


def _below(value: object) -> Iterator[tuple[str, str, object]]:
    if isinstance(value, os._Environ):
        return
    if isinstance(value, Mapping) and type(value).__module__ in {"builtins", "collections", "types", "__main__"}:
        for key, inner in list(islice(value.items(), _MOST)):
            yield f"[{_shown(key)}]", key if isinstance(key, str) else "", inner
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, inner in enumerate(islice(value, _MOST)):
            yield ("{}" if isinstance(value, (set, frozenset)) else f"[{number}]"), "", inner
    elif isinstance(value, functools.partial):
        yield from ((f".args[{number}]", "", inner) for number, inner in enumerate(value.args))
        yield from ((f".keywords[{_shown(key)}]", key, inner) for key, inner in value.keywords.items())
    elif isinstance(value, FunctionType):
        yield from _of_function(value)
    elif _is_plain_object(value):
        yield from ((f".{key}", str(key), inner) for key, inner in list(vars(value).items())[:_MOST])


def _of_function(function: FunctionType) -> Iterator[tuple[str, str, object]]:
    code = function.__code__
    defaults = function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(defaults) :]
    yield from ((f"({name}=)", name, inner) for name, inner in zip(names, defaults, strict=False))
    yield from ((f"({name}=)", name, inner) for name, inner in (function.__kwdefaults__ or {}).items())
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield f".{name}", name, cell.cell_contents
        except ValueError:  # an empty cell
            continue
    yield from ((" (a text in its code)", "", text) for text in code.co_consts if isinstance(text, str))


def _is_plain_object(value: object) -> bool:
    if isinstance(value, SimpleNamespace):
        return True
    kind = type(value)
    at_home = kind.__module__ in {"__main__", "argparse"} or hasattr(kind, "__dataclass_fields__")
    at_home = at_home or hasattr(kind, "__pydantic_fields__") or hasattr(kind, "model_fields")
    return at_home and not isinstance(value, type) and isinstance(getattr(value, "__dict__", None), dict)


def _shown(key: object) -> str:
    """A key as text, unless it looks like a secret itself."""
    if isinstance(key, (int, bool)) or key is None:
        return repr(key)
    if isinstance(key, str) and len(key) <= 40 and not _is_random(key) and not _of_text("", key):
        return repr(key)
    return "..."
