# replaces: proactor.py
# finding: while_its_clients_are_idle_the_proactor_sleeps
import asyncio
import threading

from serving import serve
from sliced import Sliced


async def idle():
    await asyncio.sleep(1000)


threading.Thread(target=asyncio.run, args=(idle(),), daemon=True).start()
serve(Sliced())
