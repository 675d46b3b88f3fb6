"""An object store on MinIO or any other S3, by the `minio` SDK.

The SHA-256 of an object is kept as its metadata. A single upload carries it as a checksum that the server verifies;
the parts of a larger one are verified one by one, and the whole is not completed where its hash is another.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import certifi
import urllib3
from minio import Minio
from minio.commonconfig import ENABLED
from minio.error import S3Error
from minio.versioningconfig import VersioningConfig
from urllib3.response import BaseHTTPResponse

from pipeline.errors import ConfigurationError, IntegrityError, ObjectNotFound
from pipeline.ports import StoredObject
from storage.objects.keys import check, promised_hash, require_promised
from storage.objects.s3_errors import translated
from storage.objects.streams import CHUNK, SameBytes, measure, opened, save, verified

PART = 16 * 1024 * 1024
"""Bytes of a part: what an upload holds in memory. A larger object is uploaded in parts."""
_HASH = "sha256"
_HASH_HEADER = f"x-amz-meta-{_HASH}"


class S3Store:
    """Fills ObjectStore and Purge; safe between threads, made anew in each process. Connects at the first use.

    `connect_seconds` and `read_seconds` bound the wait for the server, `attempts` the tries of a request.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        secure: bool = True,
        connect_seconds: float = 5,
        read_seconds: float = 30,
        attempts: int = 3,
    ) -> None:
        """Raises ConfigurationError where `endpoint` is not host:port."""
        self._endpoint, self._bucket = endpoint, bucket
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
            maxsize=10,
            cert_reqs="CERT_REQUIRED",
            ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
            retries=urllib3.Retry(
                total=attempts - 1,
                backoff_factor=0.2,
                status_forcelist=[500, 502, 503, 504],
                raise_on_status=False,  # the last answer says what is wrong
                respect_retry_after_header=False,  # MinIO asks for minutes; whoever called tries again later
            ),
        )
        try:
            self._client = Minio(
                endpoint=endpoint, access_key=access_key, secret_key=secret_key, secure=secure, http_client=pool
            )
        except ValueError as error:
            raise ConfigurationError(f"SOHOA_S3_ENDPOINT is not host:port: {endpoint!r}.") from error

    def prepare(self) -> None:
        """Creates the bucket where it is missing, and has it keep former versions of objects."""
        with translated(self._endpoint, self._bucket):
            if not self._client.bucket_exists(bucket_name=self._bucket):
                self._client.make_bucket(bucket_name=self._bucket)
            self._client.set_bucket_versioning(bucket_name=self._bucket, config=VersioningConfig(ENABLED))

    def put(self, key: str, data: bytes | Path) -> StoredObject:
        """The SDK has no conditional put; an original that is there cannot become another, since its key is the hash
        that the new bytes were just found to have."""
        check(key)
        with opened(data) as stream:
            size, sha256 = measure(stream)
            require_promised(key, sha256)
            stored = StoredObject(key=key, size=size, sha256=sha256)
            there = self.stat(key)
            if there == stored:
                return stored
            if there is not None and promised_hash(key):
                raise IntegrityError(f"{key} is there with other bytes.")
            self._upload(stream, stored)
        return stored

    def get(self, key: str) -> bytes:
        response, stored = self._open(key)
        return b"".join(verified(self._stream(response), stored))

    def fetch(self, key: str, path: Path) -> StoredObject:
        response, stored = self._open(key)
        save(path, verified(self._stream(response), stored))
        return stored

    def stat(self, key: str) -> StoredObject | None:
        with translated(self._endpoint, self._bucket):
            try:
                found = self._client.stat_object(bucket_name=self._bucket, object_name=check(key))
            except S3Error as error:
                if error.code == "NoSuchKey":
                    return None
                raise
        sha256 = (found.metadata or {}).get(_HASH_HEADER) or self._computed_hash(key)
        return StoredObject(key=key, size=found.size or 0, sha256=sha256)

    def keys(self, prefix: str = "") -> Iterator[str]:
        with translated(self._endpoint, self._bucket):
            for found in self._client.list_objects(bucket_name=self._bucket, prefix=prefix, recursive=True):
                yield str(found.object_name)

    def purge(self, key: str) -> bool:
        """Removes every version of the object, delete markers too. Raises StoreRefused where the bucket holds them
        (object lock, or no right to delete versions)."""
        check(key)
        removed = False
        with translated(self._endpoint, self._bucket):
            for found in self._client.list_objects(bucket_name=self._bucket, prefix=key, include_version=True):
                if found.object_name == key:
                    self._client.remove_object(bucket_name=self._bucket, object_name=key, version_id=found.version_id)
                    removed |= not found.is_delete_marker
        return removed

    def _upload(self, stream: BinaryIO, stored: StoredObject) -> None:
        metadata: dict[str, str | list[str] | tuple[str]] = {_HASH: stored.sha256}
        if stored.size <= PART:
            metadata["x-amz-checksum-sha256"] = b64encode(bytes.fromhex(stored.sha256)).decode()
        with translated(self._endpoint, self._bucket):
            self._client.put_object(
                bucket_name=self._bucket,
                object_name=stored.key,
                data=cast(BinaryIO, SameBytes(stream, stored.size, stored.sha256)),
                length=stored.size,
                metadata=metadata,
                part_size=PART,
                num_parallel_uploads=1,
            )

    def _open(self, key: str) -> tuple[BaseHTTPResponse, StoredObject]:
        """The answer, whose body is still to be read, and what it should be."""
        with translated(self._endpoint, self._bucket):
            try:
                response = self._client.get_object(bucket_name=self._bucket, object_name=check(key))
            except S3Error as error:
                if error.code == "NoSuchKey":
                    raise ObjectNotFound(f"{key} (bucket {self._bucket} at {self._endpoint}).") from None
                raise
        size = int(response.headers.get("content-length", 0))
        sha256 = promised_hash(key) or response.headers.get(_HASH_HEADER) or self._computed_hash(key)
        return response, StoredObject(key=key, size=size, sha256=sha256)

    def _stream(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        try:
            with translated(self._endpoint, self._bucket):
                yield from response.stream(CHUNK)
        finally:
            response.close()
            response.release_conn()

    def _computed_hash(self, key: str) -> str:
        """The hash of an object that another program put there, which kept none: read it."""
        with translated(self._endpoint, self._bucket):
            response = self._client.get_object(bucket_name=self._bucket, object_name=key)
        sha = hashlib.sha256()
        for chunk in self._stream(response):
            sha.update(chunk)
        return sha.hexdigest()
