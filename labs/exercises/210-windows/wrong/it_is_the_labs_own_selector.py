# replaces: sliced.py
# finding: crash
from serving import serve

from labs.programs.servers.sliced_selector import SlicedSelector

serve(SlicedSelector())
