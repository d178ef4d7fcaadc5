"""Pictures as figures of a page: HTML for boxes, SVG for curves, in the colours of the page's style."""
