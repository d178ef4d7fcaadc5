"""Pictures as SVG, for pages: plain shapes, in the colours that the page's style gives them."""
