"""What the minio SDK and urllib3 raise, said in errors of ours. No message holds a secret."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from pipeline.errors import DiskFull, SohoaError, StoreRefused, StoreUnavailable

_FULL = {"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "EntityTooLarge"}
_DAMAGED_ON_THE_WAY = {
    "BadDigest",
    "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
    "IncompleteBody",
    "RequestTimeout",
}
_ADVICE = {
    "SignatureDoesNotMatch": "SOHOA_S3_SECRET_KEY does not belong to SOHOA_S3_ACCESS_KEY",
    "InvalidAccessKeyId": "SOHOA_S3_ACCESS_KEY is not known there",
    "AccessDenied": "the keys are wrong, or have no right to list, read and write in the bucket",
    "NoSuchBucket": "the bucket does not exist; check SOHOA_S3_BUCKET, or run `sohoa init`, which creates it",
    "InvalidBucketName": "SOHOA_S3_BUCKET is not a name that a bucket can have",
    "NotImplemented": "this kind of server lacks what is needed (buckets with versions)",
    "RequestTimeTooSkewed": "the clocks of this machine and of the server differ; set them by NTP",
}


@contextlib.contextmanager
def translated(endpoint: str, bucket: str) -> Iterator[None]:
    """Raises StoreUnavailable, StoreRefused or DiskFull for what the SDK raises; each names the endpoint."""
    where = f"bucket {bucket} at {endpoint}"
    try:
        yield
    except S3Error as error:
        raise _of_s3(error, where) from None
    except InvalidResponseError as error:
        raise _of_foreign_answer(error, where) from None
    except (HTTPError, MinioException, ParseError) as error:
        raise _of_connection(error, where) from None
    except ValueError:  # the SDK looks at the bucket's name before it asks the server
        raise StoreRefused(f"{_ADVICE['InvalidBucketName']} ({where}).") from None


def _of_s3(error: S3Error, where: str) -> SohoaError:
    code = error.code or "no code"
    if code in _FULL:
        return DiskFull(f"({where}: {code})")
    if code in _ADVICE:
        return StoreRefused(f"{_ADVICE[code]} ({code}, {where}).")
    if code in _DAMAGED_ON_THE_WAY or error.response.status >= 500:
        return StoreUnavailable(f"({where} answered {code}.)")
    return StoreRefused(f"it answered {code} ({where}).")


def _of_foreign_answer(error: InvalidResponseError, where: str) -> SohoaError:
    """An answer that is not S3's: from a proxy, from another program, or from a server that wants TLS."""
    status = error._code
    if status == 400:
        return StoreRefused(f"the server may want TLS; check SOHOA_S3_SECURE and SOHOA_S3_ENDPOINT ({where}).")
    return StoreUnavailable(f"({where} gave an answer that is not S3's, status {status}.)")


def _of_connection(error: HTTPError | MinioException | ParseError, where: str) -> SohoaError:
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    if isinstance(cause, SSLError):
        return StoreRefused(
            "no TLS connection; check SOHOA_S3_SECURE, and that SSL_CERT_FILE names the authority that "
            f"signed the server's certificate ({where})."
        )
    return StoreUnavailable(f"({where}: {type(cause).__name__}.)")
