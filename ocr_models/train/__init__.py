"""Reproducible scripts that make what ocr_models/data holds. Running sohoa does not need them."""
