"""The drawing as plain data: strokes, brushes, framing, the document and its files. No pygame, no torch."""
