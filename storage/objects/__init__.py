"""Object stores: a folder, memory, and S3 by the minio SDK."""
