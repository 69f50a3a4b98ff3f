"""The Sentry integration: puts the list of what really runs on every event."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, Dict

import sentry_sdk
from sentry_sdk.integrations import Integration
from sentry_sdk.scope import add_global_event_processor
from sentry_sdk.utils import logger

import sentry_modules
from sentry_modules.finder import register
from sentry_modules.modules import Modules, beside, choose
from sentry_modules.reference import ManifestReference

if TYPE_CHECKING:
    from typing_extensions import Literal

    from sentry_modules.decision import Decision

_STOCK = "modules"
_WITHOUT_MODULES = ("transaction", "check_in")


class FrozenModulesIntegration(Integration):
    """Sends what really runs: the manifest where the application is stripped, else live metadata.

    ``manifest`` is the generated module, its dotted name or its import package; without it, the
    application's own is looked for. ``authority`` decides by hand which counts; ``combine=True``
    adds what only the other knows. Without a usable manifest events carry live metadata.
    """

    # An instance lets ``importlib.metadata`` find what the manifest lists, as ``install`` does: the
    # SDK imports other integrations, which ask for versions, before it sets up this one. Where
    # the application is not stripped that changes nothing, so an unused instance does no harm.
    # A copy, also in another process, means the same manifest.

    identifier = "frozen_modules"

    def __init__(
        self,
        manifest: ModuleType | str | None = None,
        *,
        authority: Literal["auto", "manifest", "metadata"] = "auto",
        combine: bool = False,
    ) -> None:
        self._reference = register(ManifestReference.of_caller(manifest, authority))
        self._combine = combine
        self._modules: Modules | None = None
        self._decision: Decision | None = None

    @classmethod
    def of(cls, reference: ManifestReference, *, combine: bool) -> FrozenModulesIntegration:
        """Return an integration for a known reference."""
        ours = cls.__new__(cls)
        ours.__setstate__({"_reference": reference, "_combine": combine})
        return ours

    def __getstate__(self) -> dict[str, Any]:
        # Each process asks what runs in it.
        return {**vars(self), "_modules": None, "_decision": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({"_modules": None, "_decision": None, **state})
        self._reference = register(self._reference)

    @staticmethod
    def setup_once() -> None:
        """Register the event processors."""  # called once in a process
        _register(_process)

    def modules(self) -> Modules:
        """Return what events carry."""
        # Built once; nothing during a passing fault.
        decision = self._reference.decision()
        if self._modules is None or decision is not self._decision:
            if not decision.is_final:
                return Modules({}, 0, decision.why)
            self._modules = choose(decision, combine=self._combine)
            self._decision = decision
        return self._modules

    def attach(self, event: Any, client: Any) -> None:
        """Put the modules on an event, beside those of the application's own."""
        is_known, modules = self._modules is not None, self.modules()
        if self._modules is None:
            return
        # The SDK filters its log only after it has made the record, which takes longer than this.
        if not is_known and client.options.get("debug"):
            text = "[sentry-modules] %d modules from %s; %d left out for size"
            logger.debug(text, len(modules.versions), modules.origin, modules.left_out)
        given, versions = event.get("modules"), modules.versions
        if isinstance(given, dict) and not isinstance(given, EventPart) and not _is_stock(given):
            versions = beside(given, versions)
        event["modules"] = ModulesPart(versions)
        if event.get("sdk") is None:
            event["sdk"] = _describe_sdk(client)


class EventPart(Dict[str, Any]):
    """A fresh map for one event."""

    # What a processor changes in it stays there. The SDK's serializer visits all that is in a plain
    # dict, and takes this one as it is.

    def __sentry_repr__(self) -> dict[str, Any]:
        return dict(self)


class ModulesPart(EventPart):
    """The list on an event, to which an application can add."""

    def __sentry_repr__(self) -> dict[str, Any]:
        listed = dict(self)
        try:
            "".join(listed), "".join(listed.values())
        except TypeError:  # a date, a ``Version``: what JSON does not know, the SDK makes text of
            serialize: Any = import_module("sentry_sdk.serializer").serialize
            listed = serialize({_STOCK: listed})[_STOCK]
        return listed


def _register(process: Callable[[Any], None], *, is_last: bool = False) -> None:
    # Have each event processed, and never lost.
    #
    # The first event, when the stock processor is registered, adds another processor behind it:
    # for when the stock one wrote last, as where another thread calls ``init`` meanwhile.
    is_followed = is_last

    def processor(event: Any, _hint: Any) -> Any:
        nonlocal is_followed
        try:
            if not is_followed:
                is_followed = True
                _register(process, is_last=True)
            if not is_last or _is_stock(event.get("modules")):
                process(event)
        except Exception:  # noqa: BLE001 - an event without modules is better than none
            logger.debug("[sentry-modules] modules were not attached", exc_info=True)
        return event

    add_global_event_processor(processor)


def _process(event: Any) -> None:
    # Attach the modules to an event of a client that has the integration.
    #
    # It can be of the class that another import of this package made: the SDK sets up one.
    client = _client()
    ours = client.integrations.get(FrozenModulesIntegration.identifier)
    if ours is not None:
        _replace_stock(client, ours)
        if event.get("type") not in _WITHOUT_MODULES:
            ours.attach(event, client)


def serve_every_client(ours: FrozenModulesIntegration, is_active: Callable[[], bool]) -> None:
    """Add ``ours`` to each client that has the stock integration."""
    # A client gets it when its next event comes, whenever it was made; one that is without the
    # stock integration is left alone, since somebody has taken it away.

    def process(event: Any) -> None:
        client = _client()
        if ours.identifier not in client.integrations and is_active():
            _replace_stock(client, ours)
        if client.integrations.get(ours.identifier) is ours:
            _process(event)

    _register(process)


def _client() -> Any:
    get_client = getattr(sentry_sdk, "get_client", None)  # since 2.0
    return sentry_sdk.Hub.current.client if get_client is None else get_client()


def _replace_stock(client: Any, ours: FrozenModulesIntegration) -> None:
    # Take the stock integration from one client, for ours; its dict is shared with no other.
    #
    # The stock processor assigns unconditionally and may run before or after ours. This spares its
    # scan as well, and both change places at once, so that no thread sees both or neither.
    if _STOCK in client.integrations:
        kept = {name: one for name, one in client.integrations.items() if name != _STOCK}
        client.integrations = {**kept, ours.identifier: ours}


def _is_stock(given: object) -> bool:
    # Whether the stock integration put a list on the event, and not the application.
    #
    # It is the one in the SDK's cache, or its equal: threads that scan at once each have their own.
    if type(given) is not dict:
        return False
    owners = ("sentry_sdk.utils", "sentry_sdk.integrations.modules")  # since 1.28.1, and before
    return any(given == getattr(sys.modules.get(o), "_installed_modules", None) for o in owners)


def _describe_sdk(client: Any) -> dict[str, Any]:
    # Do what the SDK does when an event has no ``sdk``, and name this distribution as well.
    info: Any = sentry_sdk.client.SDK_INFO
    ours = {"name": "pypi:sentry-modules", "version": sentry_modules.__version__}
    packages, integrations = [*info["packages"], ours], sorted(client.integrations)
    return EventPart({**info, "packages": packages, "integrations": integrations})
