# replaces: sliced.py
import ctypes
import selectors

from serving import serve

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
POLLIN, POLLOUT = 0x0300, 0x0010  # winsock2.h


class Polled(ctypes.Structure):
    _fields_ = (("fd", ctypes.c_size_t), ("events", ctypes.c_short), ("revents", ctypes.c_short))


class WsaPoll(selectors.BaseSelector):
    def __init__(self):
        self.keys = {}

    def register(self, fileobj, events, data=None):
        self.keys[fileobj] = selectors.SelectorKey(fileobj, fileobj.fileno(), events, data)
        return self.keys[fileobj]

    def unregister(self, fileobj):
        return self.keys.pop(fileobj)

    def get_map(self):
        return self.keys

    def select(self, timeout=None):
        keys = list(self.keys.values())
        asked = [(bool(key.events & READ) * POLLIN | bool(key.events & WRITE) * POLLOUT) for key in keys]
        array = (Polled * len(keys))(*(Polled(key.fd, events) for key, events in zip(keys, asked, strict=True)))
        ctypes.windll.ws2_32.WSAPoll(array, len(keys), -1 if timeout is None else int(timeout * 1000))
        return [
            (key, bool(one.revents & ~POLLOUT) * READ | bool(one.revents & ~POLLIN) * WRITE)
            for key, one in zip(keys, array, strict=True)
            if one.revents
        ]


serve(WsaPoll())
