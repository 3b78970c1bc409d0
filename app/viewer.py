"""Who is looking. Until there are accounts the only viewer is the person at this computer."""

import msgspec


class Viewer(msgspec.Struct, frozen=True):
    """The person a query is run for; `everything` lifts the scope, nothing else does."""

    name: str
    everything: bool = False


LOCAL_VIEWER = Viewer(name="local", everything=True)
"""The web app answers on the loopback address only, so whoever asks sits at this computer."""
