"""From settings to the classifier that intake and ``vidhuk classify`` use."""

from __future__ import annotations

import logging

from bot.config import LanguageSettings, Settings
from bot.config.completion import cue_files
from bot.language import Classifier
from bot.language.weights import BadWeights

log = logging.getLogger(__name__)


def classifier_of(settings: Settings) -> Classifier:
    """The team's classifier: its own weights where ``vidhuk retrain`` left some, else the shipped ones.

    Weights that cannot be read are named in the log, and the shipped ones stand in.
    """
    weights = _own_weights(settings.language)
    try:
        return _classifier(settings, weights)
    except BadWeights as error:
        log.warning("the team's weights are not used: %s", error, extra={"path": str(settings.language.weights)})
        return _classifier(settings, None)


def _own_weights(language: LanguageSettings) -> bytes | None:
    if language.weights is None:
        return None
    try:
        return language.weights.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("the team's weights cannot be read: %s", error, extra={"path": str(language.weights)})
        return None


def _classifier(settings: Settings, weights: bytes | None) -> Classifier:
    language = settings.language
    cues = [file.read_text(encoding="utf-8-sig") for file in cue_files(language.cues)] if language.cues else []
    return Classifier(
        products=language.products, own=_own_names(settings), cues=cues, margin=language.margin, weights=weights
    )


def _own_names(settings: Settings) -> list[str]:
    """The team's name, and the accounts under which it speaks."""
    accounts = [one.username for one in settings.communities if one.username]
    pages = [one.page for one in settings.communities if one.page]
    return [settings.team.name, *accounts, *pages]
