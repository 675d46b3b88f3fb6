"""What reads pixels: Tesseract, the line reader, the language model, and the profiles made of them."""
