"""The links to the other pages, at the head of every page that is served."""

from markupsafe import Markup

NAVIGATION = (("/", "Newest"), ("/runs/", "All runs"), ("/live", "Live"), ("/course", "Course"))
# A page that was written for the disk has neither the links nor a style for them.
STYLE = Markup(
    "<style>nav.pages { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: .6rem 1rem; "
    "border-bottom: 1px solid var(--rule); } @media print { nav.pages { display: none; } }</style>"
)
BODY = "<body>\n"


def with_navigation(page: str) -> str:
    """A page of a run, of a sweep, of a comparison or of all runs, with the links; its own text stays as it is."""
    links = Markup("\n").join(Markup('<a href="{}">{}</a>').format(address, name) for address, name in NAVIGATION)
    nav = Markup('{}<nav class="pages" aria-label="pages"><b>iolab</b>\n{}</nav>\n').format(STYLE, links)
    before, body, after = page.partition(BODY)
    return f"{before}{body}{nav}{after}" if body else page
