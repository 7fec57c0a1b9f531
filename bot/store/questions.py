"""Questions as the figures want them: one row each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from bot.domain.model import AnswerKind, Community
from bot.domain.periods import Period
from bot.domain.stats import QuestionRow
from bot.store.rows import at, moment, seconds


def of_period(db: Database, period: Period, communities: Mapping[str, Community]) -> list[QuestionRow]:
    """Every question asked in ``period``, dismissed ones included."""
    rows = db.execute(
        """SELECT asked_at, question.community, answered_at, answer_kind, answered_by, answerer.name, claimed_at,
        claimed_by, claimer.name, dismissed_at IS NOT NULL, negative, turned FROM question
        LEFT JOIN agent AS answerer ON answerer.user_id = answered_by
        LEFT JOIN agent AS claimer ON claimer.user_id = claimed_by
        WHERE asked_at >= ? AND asked_at < ?""",
        [seconds(period.start), seconds(period.end)],
    ).fetchall()
    return [
        QuestionRow(
            asked_at=at(asked_at),
            community=community,
            platform=communities[community].platform if community in communities else "",
            answered_at=moment(answered_at),
            kind=AnswerKind(kind) if kind else None,
            agent_id=answered_by,
            agent_name=answerer or "",
            claimed_at=moment(claimed_at),
            claimed_by=claimed_by,
            claimer_name=claimer or "",
            dismissed=bool(dismissed),
            opened_negative=bool(negative),
            turned=bool(turned),
        )
        for (
            asked_at,
            community,
            answered_at,
            kind,
            answered_by,
            answerer,
            claimed_at,
            claimed_by,
            claimer,
            dismissed,
            negative,
            turned,
        ) in rows
    ]
