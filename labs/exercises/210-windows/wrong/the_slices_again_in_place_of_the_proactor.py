# replaces: proactor.py
# finding: while_its_clients_are_idle_the_proactor_sleeps
from serving import serve
from sliced import Sliced

serve(Sliced())
