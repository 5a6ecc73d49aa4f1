"""Published files, fetched once: checked against the publisher's checksum, kept in a cache, read without pickle.

pooch downloads to a temporary file in the cache folder, compares checksums and only then moves it into place: a cache
never holds half a file. Whatever goes wrong ends in one `DatasetUnavailable`, whose sentence says what happened and
what to do.
"""

from __future__ import annotations

import gzip
import logging
import math
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["DatasetUnavailable", "Source", "cache_folder", "read_idx"]

log = logging.getLogger(__name__)

SECONDS_TO_ANSWER = 20


class DatasetUnavailable(RuntimeError):
    """A data set could not be had now. The sentence says why, and what the lesson goes on with instead."""


@dataclass(frozen=True)
class Source:
    """Where a data set is published: its files by what they hold, each with the publisher's MD5, under one address."""

    name: str
    base_url: str
    files: dict[str, tuple[str, str]]
    """What a file holds -> (its name under `base_url`, its MD5)."""
    license: str
    citation: str
    instead: str = "ddlearn.datasets.digits()"
    """What needs no network and serves in its place, as a refusal says."""

    def fetch(self) -> dict[str, Path]:
        """Return the files, from the cache folder or else downloaded; raises `DatasetUnavailable`."""
        paths = {part: self._fetch_file(name, md5) for part, (name, md5) in self.files.items()}
        log.info("%s: license %s. Please cite: %s", self.name, self.license, self.citation)
        return paths

    def _fetch_file(self, name: str, md5: str) -> Path:
        import pooch

        url, folder = f"{self.base_url.rstrip('/')}/{name}", cache_folder() / self.name
        try:
            return Path(pooch.retrieve(url, f"md5:{md5}", fname=name, path=folder, downloader=_download))
        except (OSError, ValueError, _WebPage) as error:  # what requests raises is an OSError
            reason, advice = _explained(error, folder)
        raise DatasetUnavailable(
            f"{self.name} is not available now: {reason} ({url}). "
            f"{advice}, or go on with {self.instead}, which needs no network."
        )


def _explained(error: Exception, folder: Path) -> tuple[str, str]:
    """Return why a download failed, and what to do about it."""
    import urllib3
    from requests import exceptions as failed

    later, look = "Try again later", "Open the address in a browser to see"
    match error:
        case failed.HTTPError(response=response):
            code = response.status_code
            refused = code < 500 and code != 429  # which waiting does not change
            moved = f"{look} whether the file has moved or your network blocks it"
            return f"the server answered {code}", moved if refused else later
        case failed.Timeout():
            return f"no answer within {SECONDS_TO_ANSWER} seconds", later
        case failed.ChunkedEncodingError():
            return "the download broke off", later
        case failed.SSLError():
            return (
                f"the server answered, but its certificate was refused ({_cause(error)})",
                "Check the clock of this machine. If your network reads along (a company's proxy), set "
                "REQUESTS_CA_BUNDLE to the file with its certificate",
            )
        case failed.ProxyError() | failed.InvalidProxyURL():
            reason = f"the proxy that this machine is set to use refused or did not answer ({_cause(error)})"
            return reason, "Look at HTTPS_PROXY and HTTP_PROXY"
        case failed.InvalidSchema() if "SOCKS" in str(error):
            return "the proxy is one of SOCKS, which needs the package PySocks", "Install it"
        case failed.InvalidURL() | failed.InvalidSchema() | failed.MissingSchema():
            return "that is no address on the web", "Write it with https:// in front"
        case failed.TooManyRedirects():
            return "the server sends in circles", f"{look} where it leads"
        case failed.RequestException():
            # A server that falls silent half-way is, for requests, a failed connection too.
            stalled = isinstance(next(iter(error.args), None), urllib3.exceptions.ReadTimeoutError)
            return (
                f"nothing more came for {SECONDS_TO_ANSWER} seconds" if stalled else "no connection to the server",
                later,
            )
        case _WebPage():
            reason = "a web page came instead of the file, as from a network that wants a login"
            return reason, "Open any page in a browser, log in, and try again"
        case ValueError():  # pooch's word for a checksum that differs
            return "what came is not the published file: its checksum differs", later
    if "certificate" in str(error):  # requests looks for the file before it asks the server
        reason = "there is no file of certificates where REQUESTS_CA_BUNDLE or SSL_CERT_FILE says"
        return reason, "Unset the variable, or name the file"
    reason = f"the cache folder {folder} cannot be written ({getattr(error, 'strerror', None) or error})"
    return reason, "Set DDLEARN_DATA to a folder of your own"


def _cause(error: BaseException) -> str:
    """Return the innermost words of an error that requests and urllib3 have wrapped several times."""
    while True:
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        inner = inner or getattr(error, "reason", None) or error.__cause__
        if not isinstance(inner, BaseException) or inner is error:
            break
        error = inner
    return getattr(error, "verify_message", "") or getattr(error, "strerror", None) or str(error)


def cache_folder() -> Path:
    """Return the folder that keeps what was fetched: DDLEARN_DATA if set, else the one the system means for caches.

    Raises `DatasetUnavailable` where the system knows of none.
    """
    import pooch

    chosen = os.environ.get("DDLEARN_DATA")
    try:
        return Path(chosen).expanduser() if chosen else Path(pooch.os_cache("ddlearn")).expanduser()
    except (RuntimeError, KeyError) as error:  # no HOME, and a user whom the system does not know
        raise DatasetUnavailable(
            "This user has no home folder here, so nothing can be kept. Set DDLEARN_DATA to a folder of your own."
        ) from error


def read_idx(path: Path) -> Tensor:
    """A gzipped idx file of bytes, MNIST's format, as a uint8 tensor; `DatasetUnavailable` if it is anything else.

    Two zero bytes, the type (8: unsigned byte), the number of dimensions, each of these as a big-endian 32-bit whole
    number, and then the entries, row by row.
    """
    import torch

    try:
        content = bytearray(gzip.decompress(Path(path).read_bytes()))
        start = 4 + 4 * content[3]
        shape = struct.unpack(f">{content[3]}I", content[4:start])
    except (OSError, EOFError, IndexError, struct.error, zlib.error) as error:
        raise DatasetUnavailable(f"{path} is not a gzipped idx file ({error}). Remove it and try again.") from None
    if content[:3] != b"\0\0\x08" or not shape or len(content) - start != math.prod(shape) or not math.prod(shape):
        raise DatasetUnavailable(f"{path} is not an idx file of bytes, or not a whole one. Remove it and try again.")
    return torch.frombuffer(content, dtype=torch.uint8, offset=start).reshape(shape)


class _WebPage(Exception):
    pass


def _download(url: str, output_file: str, pooch_: object) -> None:
    """pooch's own download, and a look at what came: a login page would else be called a wrong checksum."""
    import pooch

    pooch.HTTPDownloader(timeout=SECONDS_TO_ANSWER)(url, output_file, pooch_)
    with open(output_file, "rb") as file:
        if file.read(512).lstrip()[:1] == b"<":
            raise _WebPage
