"""What reads pixels: Tesseract, the line reader, the language model, and the profiles made of them."""

import os

# ONNX Runtime otherwise keeps a device id and a database in the home folder, a thread beside ours, and reports to its
# maker. It looks when its library is loaded, which is after this.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
