# replaces: sliced.py
import selectors
import time

from serving import serve


class Parts(selectors.BaseSelector):
    def __init__(self):
        self.parts = []

    def register(self, fileobj, events, data=None):
        part = next((one for one in self.parts if len(one.get_map()) < 500), None)
        if part is None:
            part = selectors.SelectSelector()
            self.parts.append(part)
        return part.register(fileobj, events, data)

    def unregister(self, fileobj):
        return next(one for one in self.parts if fileobj in one.get_map()).unregister(fileobj)

    def get_map(self):
        return {key.fileobj: key for one in self.parts for key in one.get_map().values()}

    def get_key(self, fileobj):
        return next(one for one in self.parts if fileobj in one.get_map()).get_key(fileobj)

    def select(self, timeout=None):
        while True:
            found = [pair for one in self.parts if one.get_map() for pair in one.select(0)]
            if found or timeout is not None:
                return found
            time.sleep(0.005)


serve(Parts())
