import gzip
import hashlib
import http.server
import logging
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sklearn.datasets
import torch

from ddlearn import datasets, fetch
from ddlearn.compute import generator
from ddlearn.datasets import (
    MNIST,
    DatasetUnavailable,
    digits,
    images,
    moons,
    rings,
    shift_images,
    wave,
    wave_truth,
    xor,
)

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist_t10k"


# Toy sets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("toy", datasets.TOYS.values(), ids=datasets.TOYS)
@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_toy_sets_are_points_of_the_plane_in_two_balanced_classes(toy, n):
    x, y = toy(n, 0.1, generator(0))
    assert x.shape == (n, 2)
    assert y.shape == (n,)
    assert x.dtype == y.dtype == torch.float64
    assert sorted(set(y.tolist())) in ([-1, 1], [1])
    assert abs(y.sum()) <= 1
    again = toy(n, 0.1, generator(0))
    assert torch.equal(x, again[0])
    assert torch.equal(y, again[1])
    assert not torch.equal(x, toy(n, 0.1, generator(1))[0])


def test_rings_are_parted_by_their_radius_and_by_no_line():
    x, y = rings(400, 0.0, generator(0))
    r = torch.linalg.vector_norm(x, dim=1)
    assert r[y < 0].max() <= 1
    torch.testing.assert_close(r[y > 0], torch.full_like(r[y > 0], 2))
    assert x[y < 0].mean(0).norm() < 0.2
    assert x[y > 0].mean(0).norm() < 0.4  # both about the origin, which no line can part


def test_xor_is_the_product_of_the_signs():
    x, y = xor(400, 0.0, generator(0))
    assert torch.equal(x.sign().prod(1), y)
    assert len(x.unique(dim=0)) == 4


def test_moons_are_half_circles_that_reach_into_each_other():
    x, y = moons(400, 0.0, generator(0))
    centre = torch.tensor([-0.5, -0.25], dtype=torch.float64)
    r = (x * y[:, None] - centre).norm(dim=1)
    torch.testing.assert_close(r, torch.ones_like(r))
    assert x[y > 0][:, 0].max() > 0 > x[y < 0][:, 0].min()


def test_noise_has_the_deviation_that_was_asked_for():
    x, _ = xor(4000, 0.2, generator(0))
    noise = x - x.sign()
    assert noise.std().item() == pytest.approx(0.2, rel=5 / (2 * 8000) ** 0.5)


def test_wave_is_the_truth_and_noise():
    x, y, truth = wave(4000, 0.3, generator(0))
    assert x.shape == (4000, 1)
    assert y.shape == (4000,)
    assert (x.diff(dim=0) >= 0).all()
    assert x.abs().max() <= 1
    assert (y - truth(x)).std().item() == pytest.approx(0.3, rel=5 / (2 * 4000) ** 0.5)
    assert wave_truth(torch.tensor([[0.5]])).item() == pytest.approx(0.5)  # sin(pi/2) + sin(3 pi/2) / 2
    assert torch.equal(wave(5, 0, generator(0))[1], wave_truth(wave(5, 0, generator(0))[0]))


# Images --------------------------------------------------------------------------------------------------------------


def test_digits_are_scikit_learn_s_each_once():
    data = digits(generator(0), test=300)
    assert data.train_x.shape == (1497, 64)
    assert data.test_x.shape == (300, 64)
    assert data.train_x.dtype == torch.float64
    assert data.train_x.min() == 0
    assert data.train_x.max() == 1
    bunch = sklearn.datasets.load_digits()
    ours = torch.cat([torch.cat([data.train_x, data.test_x]), torch.cat([data.train_y, data.test_y])[:, None]], 1)
    theirs = torch.cat([torch.as_tensor(bunch.data) / 16, torch.as_tensor(bunch.target)[:, None]], 1)
    assert sorted(ours.tolist()) == sorted(theirs.tolist())
    assert torch.equal(digits(generator(0)).test_y, digits(generator(0)).test_y)
    assert not torch.equal(digits(generator(0)).test_y, digits(generator(1)).test_y)
    assert "UCI" in data.citation
    assert data.license


def test_a_sample_draws_without_replacement():
    data = digits(generator(0))
    everything = data.sample(len(data.train_y), len(data.test_y), generator(1))
    assert sorted(everything.train_x.tolist()) == sorted(data.train_x.tolist())
    few = data.sample(20, 10, generator(1))
    assert few.train_images.shape == (20, 8, 8)
    assert few.test_y.shape == (10,)


def test_shifting_moves_what_stays_and_loses_what_leaves():
    image = torch.arange(1, 13, dtype=torch.uint8).reshape(1, 3, 4)
    before = image.clone()
    assert shift_images(image, right=1)[0].tolist() == [[0, 1, 2, 3], [0, 5, 6, 7], [0, 9, 10, 11]]
    assert shift_images(image, right=-2)[0].tolist() == [[3, 4, 0, 0], [7, 8, 0, 0], [11, 12, 0, 0]]
    assert shift_images(image, down=2)[0].tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [1, 2, 3, 4]]
    assert shift_images(image, right=1, down=-1)[0].tolist() == [[0, 5, 6, 7], [0, 9, 10, 11], [0, 0, 0, 0]]
    assert torch.equal(shift_images(image), image)
    for right, down in ((4, 0), (-4, 0), (0, 3), (0, -3)):
        assert shift_images(image, right, down).sum() == 0
    assert torch.equal(image, before)


# Published sets ------------------------------------------------------------------------------------------------------


def idx(array):
    header = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + bytes(array.flatten().tolist()), mtime=0)


def byte_tensor(*shape, seed=0, high=256):
    return torch.randint(high, shape, generator=generator(seed), dtype=torch.uint8)


TRAIN, TEST = byte_tensor(30, 5, 4), byte_tensor(10, 5, 4, seed=1)
TRAIN_Y, TEST_Y = byte_tensor(30, seed=2, high=10), byte_tensor(10, seed=3, high=10)
FILES = {name: idx(part) for (name, _), part in zip(MNIST.files.values(), (TRAIN, TRAIN_Y, TEST, TEST_Y), strict=True)}


class Publisher(http.server.BaseHTTPRequestHandler):
    """Serves `files` well under /good/, and under other paths as badly as networks do."""

    files = FILES

    def do_GET(self):
        self.server.asked.append(self.path)
        way, name = self.path.strip("/").split("/")
        body = self.files.get(name, b"")
        if way in ("gone", "overloaded"):
            self.send_error(404 if way == "gone" else 503)
            return
        if way == "redirected":
            self.send_response(302)
            self.send_header("Location", f"/login/{name}")
            self.end_headers()
            return
        if way == "login":
            body = b"\n<!DOCTYPE html><title>Sign in to Hotel WiFi</title>"
        elif way == "corrupted":
            body = body[:-12] + bytes([body[-12] ^ 1]) + body[-11:]
        elif way == "silent":
            time.sleep(1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if way in ("truncated", "stalled") else body)
        if way == "stalled":
            self.wfile.flush()
            time.sleep(1)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.asked = []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def source(base_url, files=FILES):
    md5 = {part: (name, hashlib.md5(files[name]).hexdigest()) for part, (name, _) in MNIST.files.items()}
    return replace(MNIST, name="tiny", base_url=base_url, files=md5)


def cached():
    return sorted(path.name for path in fetch.cache_folder().rglob("*") if path.is_file())


def test_a_set_is_downloaded_once_checked_and_kept(server, caplog):
    with caplog.at_level(logging.INFO, "ddlearn"):
        data = images(source(f"{server.url}/good"))
    assert torch.equal(data.train_images, TRAIN)
    assert torch.equal(data.test_images, TEST)
    assert torch.equal(data.train_y, TRAIN_Y.long())
    assert torch.equal(data.test_y, TEST_Y.long())
    assert torch.equal(data.train_x, TRAIN.flatten(1).double() / 255)
    assert "license CC BY-SA 3.0. Please cite: Y. LeCun" in caplog.text
    assert data.license == "CC BY-SA 3.0"
    assert data.citation == MNIST.citation
    assert cached() == sorted(FILES)
    assert len(server.asked) == 4
    images(source(f"{server.url}/good/"))  # from the cache, whether or not the address ends in a slash
    images(source("http://127.0.0.1:9/nowhere"))  # and without a network
    assert len(server.asked) == 4


BROWSER = "Open the address in a browser to see whether the file has moved or your network blocks it"
LOGIN = "Open any page in a browser, log in, and try again"
ADVICE = {"gone": BROWSER, "login": LOGIN, "redirected": LOGIN}  # for the others: later
REASONS = {
    "gone": "the server answered 404",
    "overloaded": "the server answered 503",
    "login": "a web page came instead of the file, as from a network that wants a login",
    "redirected": "a web page came instead of the file, as from a network that wants a login",
    "truncated": "the download broke off",
    "corrupted": "what came is not the published file: its checksum differs",
    "silent": "no answer within 0.2 seconds",
    "stalled": "nothing more came for 0.2 seconds",
}


@pytest.mark.parametrize("way", REASONS)
def test_whatever_a_network_does_is_said_in_one_sentence_and_leaves_nothing(server, monkeypatch, way):
    monkeypatch.setattr(fetch, "SECONDS_TO_ANSWER", 0.2)
    with pytest.raises(DatasetUnavailable) as refusal:
        images(source(f"{server.url}/{way}"))
    assert str(refusal.value) == (
        f"tiny is not available now: {REASONS[way]} ({server.url}/{way}/train-images-idx3-ubyte.gz). "
        f"{ADVICE.get(way, 'Try again later')}, or go on with ddlearn.datasets.digits(), which needs no network."
    )
    assert cached() == []
    monkeypatch.setattr(fetch, "SECONDS_TO_ANSWER", 20)
    assert len(images(source(f"{server.url}/good")).train_y) == 30  # later it works


@pytest.mark.skipif(os.name != "posix", reason="limits on the size of a file are POSIX")
def test_a_full_disk_is_said_and_leaves_nothing(server):
    """The system refuses in the middle of the write, in a process of its own, whose files may have 100 bytes."""
    body = """
        import resource, sys
        from ddlearn.fetch import DatasetUnavailable, Source
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        try:
            Source("tiny", sys.argv[1], {"part": (sys.argv[2], sys.argv[3])}, "", "").fetch()
        except DatasetUnavailable as refusal:
            print(refusal)
    """
    name, md5 = source("").files["train_images"]
    command = [sys.executable, "-c", textwrap.dedent(body), f"{server.url}/good", name, md5]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert re.match(
        r"tiny is not available now: the cache folder .* cannot be written \(File too large\)", answer.stdout
    )
    assert cached() == []
    assert len(images(source(f"{server.url}/good")).train_y) == 30  # once there is room


def test_a_refused_connection(server):
    with socket.socket() as taken:  # bound and not listening: nobody else gets this port meanwhile
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DatasetUnavailable, match=r"^tiny is not available now: no connection to the server"):
            images(source(url))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_refused_certificate_is_no_missing_connection(tmp_path, server, monkeypatch):
    pair = ("-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem", "-days", "2", "-subj", "/CN=localhost")
    making = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *pair]
    subprocess.run(making, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with http.server.HTTPServer(("127.0.0.1", 0), Publisher) as secure:
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        threading.Thread(target=secure.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("NO_PROXY", "*")
        with pytest.raises(DatasetUnavailable, match=r"certificate was refused \(self.signed certificate\).*CA_BUNDLE"):
            images(source(f"https://localhost:{secure.server_port}"))
        secure.shutdown()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("http_proxy", "http://127.0.0.1:9", r"the proxy that this machine is set to use .*Look at HTTPS_PROXY"),
        ("http_proxy", "socks5://127.0.0.1:9", "SOCKS, which needs the package PySocks"),
        ("REQUESTS_CA_BUNDLE", "/no/such/file.pem", "no file of certificates where REQUESTS_CA_BUNDLE"),
    ],
)
def test_a_variable_that_stands_in_the_way_is_named(server, monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(DatasetUnavailable, match=said):
        images(source("http://data.example.org" if "proxy" in variable else "https://data.example.org"))


@pytest.mark.parametrize("address", ["ftp://server/x", "server/x", "https://"])
def test_what_is_no_address_is_said(server, address):
    with pytest.raises(DatasetUnavailable, match=r"that is no address on the web .*Write it with https://"):
        images(source(address))


def test_without_a_home_the_variable_to_set_is_named(monkeypatch):
    def homeless(name):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("DDLEARN_DATA", raising=False)
    monkeypatch.setattr("pooch.os_cache", homeless)
    with pytest.raises(DatasetUnavailable, match="Set DDLEARN_DATA to a folder of your own"):
        fetch.cache_folder()


@pytest.mark.parametrize("load", [datasets.mnist, datasets.fashion_mnist])
def test_the_published_checksums_refuse_anything_else(server, load):
    with pytest.raises(DatasetUnavailable, match=r"its checksum differs"):
        load(base_url=f"{server.url}/good")


def test_a_cached_file_that_was_damaged_is_fetched_again(server):
    images(source(f"{server.url}/good"))
    path = fetch.cache_folder() / "tiny" / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(DatasetUnavailable, match=r"no connection to the server"):
        images(source("http://127.0.0.1:9/nowhere"))
    assert torch.equal(images(source(f"{server.url}/good")).train_images, TRAIN)
    assert len(server.asked) == 5


def test_a_cache_that_cannot_be_written(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DDLEARN_DATA", str(tmp_path / "file"))
    with pytest.raises(DatasetUnavailable, match=r"the cache folder .*file.tiny cannot be written"):
        images(source(f"{server.url}/good"))


def test_images_and_classes_must_fit(server, monkeypatch):
    mixed = FILES | {"train-labels-idx1-ubyte.gz": FILES["t10k-labels-idx1-ubyte.gz"]}
    monkeypatch.setattr(Publisher, "files", mixed)
    with pytest.raises(DatasetUnavailable, match=r"train images of shape \(30, 5, 4\) with classes of shape \(10,\)"):
        images(source(f"{server.url}/good", mixed))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"\0\0", mtime=0),
        gzip.compress(b"\0\0\x08\x03\0\0", mtime=0),
        gzip.compress(b"\0\0\x08\0", mtime=0),
        gzip.compress(b"\0\0\x08\x01\0\0\0\0", mtime=0),
        gzip.compress(b"\0\0\x0d\x01\0\0\0\x01\x01", mtime=0),
        gzip.compress(b"\0\0\x08\x01\0\0\0\x02\x01", mtime=0),
        gzip.compress(b"\0\0\x08\x01\0\0\0\x01\x01\x01", mtime=0),
        gzip.compress(b"\0\0\x08\x04" + b"\xff" * 16 + b"\x01", mtime=0),
        FILES["t10k-labels-idx1-ubyte.gz"][:-9],
        b"\x80\x04K\x01.",  # a pickle
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path, content):
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(DatasetUnavailable, match=r"file\.gz is not .*idx file.* Remove it and try again\.$"):
        fetch.read_idx(tmp_path / "file.gz")


@pytest.mark.skipif(not REAL.is_dir(), reason="the shared data folder is not here")
def test_the_real_mnist_test_set_comes_through_the_real_download(server, monkeypatch):
    real = {path.name: path.read_bytes() for path in REAL.iterdir()}
    as_train = {name.replace("t10k", "train"): content for name, content in real.items()}
    monkeypatch.setattr(Publisher, "files", real | as_train)
    data = images(source(f"{server.url}/good", real | as_train))
    assert data.test_images.shape == (10000, 28, 28)
    assert data.test_y.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.test_y[:5].tolist() == [7, 2, 1, 0, 4]
    assert (data.test_images.double().mean() / 255).item() == pytest.approx(0.1325, abs=1e-4)
    assert data.sample(200, 100, generator(0)).train_x.shape == (200, 784)
