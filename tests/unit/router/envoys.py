"""An Envoy made of words."""

from envoy.service.discovery.v3 import discovery_pb2


class Envoy:
    """Asks, and takes what it is sent."""

    def __init__(self, session, now=0.0):
        self.session, self.now = session, now

    def asks(self, kind, *names, nonce="", refuses=None):
        request = discovery_pb2.DiscoveryRequest(type_url=kind, resource_names=names, response_nonce=nonce)
        if refuses:
            request.error_detail.message = refuses
        self.session.asked(request)

    def hears(self, told, acknowledges=True):
        """All that it is sent, by kind, until there is no more."""
        heard = []
        while response := self.session.next(told, self.now):
            heard.append(response)
            if acknowledges:
                self.asks(response.type_url, nonce=response.nonce)
        return heard
