FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-vie poppler-utils \
    fonts-noto-core fonts-dejavu-core libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/sohoa
COPY pyproject.toml constraints.txt README.md ./
COPY pipeline pipeline
COPY storage storage
COPY ocr_models ocr_models
COPY connectors connectors
COPY flows flows
COPY sohoa sohoa
COPY sample_scans sample_scans
RUN pip install --no-cache-dir --constraint constraints.txt .
RUN useradd --uid 10001 --create-home sohoa && mkdir /workspace && chown sohoa /workspace
USER sohoa
ENV SOHOA_WORKSPACE=/workspace
ENTRYPOINT ["sohoa"]
CMD ["up"]
