"""The stage: scenes play side by side, each at a desk of its own.

A chat takes one message a second however fast the machine is, so a scene is mostly waiting. One thread with one event
loop plays several scenes at a time; the test that pytest runs only waits for the end of its scene and raises what the
scene raised. Under pytest-xdist, where each worker meets every test, a scene begins when its own test asks for it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from tests.e2e.desk import Desk, Setup, opened_desk

AT_ONCE = 12
"""Scenes that play at the same time."""
LONGEST = 170.0
"""Seconds that a scene may take, from its own beginning."""

Play = Callable[[Desk], Awaitable[None]]


@dataclass(eq=False)
class Scene:
    """One test's play and how its desk is furnished; ``long`` ones begin first."""

    play: Play
    setup: Setup
    long: bool
    over: Future[None] = field(default_factory=Future)
    begun: bool = False


class Stage:
    """Plays the scenes of the chosen tests."""

    def __init__(self) -> None:
        self.scenes: dict[object, Scene] = {}
        """By the function that pytest runs."""
        self._chosen: list[Scene] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._playing: set[asyncio.Task[None]] = set()
        self._places: asyncio.Semaphore | None = None

    def choose(self, tests: Iterable[object]) -> None:
        """Those of ``tests`` that are scenes will begin together, as soon as the first of them is waited for."""
        alone = "PYTEST_XDIST_WORKER" in os.environ
        self._chosen = [] if alone else [self.scenes[test] for test in tests if test in self.scenes]

    def wait_for(self, scene: Scene) -> None:
        """Play what is to be played, and raise what this scene raises."""
        for one in sorted(dict.fromkeys([*self._chosen, scene]), key=lambda one: not one.long):
            self._begin(one)
        scene.over.result(LONGEST * 3)

    def close(self) -> None:
        """End what still plays: every desk stops its bot."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _begin(self, scene: Scene) -> None:
        if scene.begun:
            return
        scene.begun = True
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="stage", daemon=True)
            self._thread.start()
        self._loop.call_soon_threadsafe(self._enter, scene)

    def _enter(self, scene: Scene) -> None:
        task = asyncio.ensure_future(self._play(scene))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def _play(self, scene: Scene) -> None:
        if self._places is None:
            self._places = asyncio.Semaphore(AT_ONCE)
        try:
            async with self._places, asyncio.timeout(LONGEST), opened_desk(scene.setup) as desk:
                await scene.play(desk)
        except asyncio.CancelledError:
            scene.over.set_exception(RuntimeError("the stage was closed before the scene was over"))
        except BaseException as error:
            scene.over.set_exception(error)
        else:
            scene.over.set_result(None)

    async def _end(self) -> None:
        playing = list(self._playing)
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


STAGE = Stage()


def scene(setup: Setup | None = None, *, long: bool = False) -> Callable[[Play], Callable[[], None]]:
    """Makes a test of ``async def test_…(desk)``: it plays on the stage, at a desk furnished by ``setup``."""

    def staged(play: Play) -> Callable[[], None]:
        one = Scene(play, setup or Setup(), long)

        def test() -> None:
            STAGE.wait_for(one)

        # Not functools.wraps: pytest would look through it and take the desk for a fixture.
        test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
        STAGE.scenes[test] = one
        return test

    return staged
