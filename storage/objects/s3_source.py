"""A bucket, or a part of one, as a source of old scans: listed page by page, and never written to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import certifi
import urllib3
from minio import Minio
from minio.error import S3Error

from pipeline.errors import ConfigurationError, FileUnreadable, NotSettled, SourceRefused, StoreRefused
from pipeline.intake.names import is_ignored
from pipeline.ports.sources import SourceFile
from storage.objects.s3_errors import translated

_CHUNK = 1 << 20


class S3Source:
    """Fills ScanSource; a place is a key below `prefix`. The order of a bucket is that of its keys."""

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        secure: bool,
        bucket: str,
        prefix: str,
    ) -> None:
        """Raises ConfigurationError where `endpoint` is not host:port."""
        self._endpoint, self._bucket = endpoint, bucket
        self._prefix = f"{prefix.rstrip('/')}/" if prefix else ""
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=60),
            ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        )
        try:
            self._client = Minio(
                endpoint=endpoint,
                access_key=access_key or None,  # a public bucket asks for none
                secret_key=secret_key or None,
                secure=secure,
                http_client=pool,
            )
        except ValueError as error:
            raise ConfigurationError(f"SOHOA_BACKFILL_S3_ENDPOINT is not host:port: {endpoint!r}.") from error

    def files(self, after: str = "") -> Iterator[SourceFile]:
        with self._translated():
            listed = self._client.list_objects(
                bucket_name=self._bucket,
                prefix=self._prefix,
                recursive=True,
                start_after=f"{self._prefix}{after}" if after else None,
            )
            for found in listed:
                place = str(found.object_name).removeprefix(self._prefix)
                if not found.is_dir and not any(is_ignored(part) for part in place.split("/")):
                    yield SourceFile(place=place, size=found.size or 0, stamp=(found.etag or "").strip('"'))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with translated(self._endpoint, self._bucket):
                yield
        except StoreRefused as error:
            raise SourceRefused(error.detail) from None

    @contextmanager
    def opened(self, place: str, scratch: Path) -> Iterator[Path]:
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=scratch, prefix="source-") as folder:
            path = Path(folder, "file")
            self._copy(f"{self._prefix}{place}", path)
            yield path

    def _copy(self, key: str, path: Path) -> None:
        with self._translated():
            try:
                response = self._client.get_object(bucket_name=self._bucket, object_name=key)
            except S3Error as error:
                if error.code == "AccessDenied":
                    raise FileUnreadable("The bucket gives no right to read this object.") from None
                if error.code in ("NoSuchKey", "NoSuchVersion"):
                    raise NotSettled from None
                raise
            try:
                with path.open("wb") as out:
                    for chunk in response.stream(_CHUNK):
                        out.write(chunk)
            finally:
                response.close()
                response.release_conn()
