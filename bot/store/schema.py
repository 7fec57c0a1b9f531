"""The database's shape: numbered migrations, append-only. A landed migration is never edited; add the next one.

Times are REAL unix seconds in UTC; JSON columns hold lists or objects; flags are 0 or 1.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("vidhuk")

_FIRST = """
CREATE TABLE community (
    key TEXT PRIMARY KEY,
    memory TEXT NOT NULL DEFAULT '{}',
    first_look_at REAL,
    last_ok_at REAL,
    failing_since REAL,
    error_code TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    alarmed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE post (
    id INTEGER PRIMARY KEY,
    community TEXT NOT NULL,
    external_id TEXT NOT NULL,
    container_id TEXT NOT NULL,
    thread_id INTEGER REFERENCES thread(id),
    parent_id TEXT,
    quoted TEXT,
    author_id TEXT,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    old_text TEXT,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    published_at REAL NOT NULL,
    guessed INTEGER NOT NULL,
    seen_at REAL NOT NULL,
    edited_at REAL,
    gone_at REAL,
    official INTEGER NOT NULL,
    triaged INTEGER NOT NULL DEFAULT 0,
    UNIQUE (community, external_id)
);
CREATE INDEX post_untriaged ON post (community, published_at) WHERE triaged = 0;
CREATE INDEX post_container ON post (community, container_id);
CREATE INDEX post_thread ON post (thread_id, published_at) WHERE thread_id IS NOT NULL;
CREATE TABLE thread (
    id INTEGER PRIMARY KEY,
    community TEXT NOT NULL,
    container_id TEXT NOT NULL,
    author_key TEXT NOT NULL,
    author_name TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    closed_why TEXT,
    opening_id INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    opened_negative INTEGER NOT NULL,
    turned INTEGER NOT NULL DEFAULT 0,
    waiting_since REAL,
    agent_id INTEGER,
    claimed_at REAL,
    snoozed_until REAL,
    answered_at REAL,
    answer_kind TEXT,
    answer_agent TEXT,
    answer_text TEXT,
    answer_url TEXT,
    answer_seconds REAL,
    perhaps_answered INTEGER NOT NULL DEFAULT 0,
    dismissed_by TEXT,
    UNIQUE (community, container_id, author_key)
);
CREATE INDEX thread_open ON thread (status, waiting_since) WHERE waiting_since IS NOT NULL;
CREATE TABLE question (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES thread(id),
    post_id INTEGER NOT NULL REFERENCES post(id),
    community TEXT NOT NULL,
    asked_at REAL NOT NULL,
    seen_at REAL NOT NULL,
    claimed_at REAL,
    claimed_by INTEGER,
    answered_at REAL,
    answered_by INTEGER,
    answer_kind TEXT,
    dismissed_at REAL,
    negative INTEGER NOT NULL,
    turned INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX question_asked ON question (asked_at);
CREATE INDEX question_thread ON question (thread_id, id);
CREATE TABLE reply (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES thread(id),
    agent_id INTEGER NOT NULL,
    agent_name TEXT NOT NULL,
    text TEXT NOT NULL,
    published_text TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at REAL,
    target TEXT,
    external_id TEXT,
    url TEXT,
    published_at REAL,
    refusal TEXT,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    UNIQUE (chat_id, message_id)
);
CREATE INDEX reply_thread ON reply (thread_id);
CREATE INDEX reply_under_way ON reply (due_at)
    WHERE status IN ('draft', 'queued', 'sending', 'published', 'unknown');
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES thread(id),
    agent_id INTEGER NOT NULL,
    agent_name TEXT NOT NULL,
    text TEXT NOT NULL,
    written_at REAL NOT NULL,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    UNIQUE (chat_id, message_id)
);
CREATE INDEX note_thread ON note (thread_id);
CREATE TABLE agent (
    user_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    username TEXT,
    lead INTEGER NOT NULL,
    present INTEGER NOT NULL,
    language TEXT,
    private INTEGER NOT NULL DEFAULT 0,
    checked_at REAL NOT NULL
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    due_at REAL NOT NULL,
    created_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at REAL,
    error TEXT
);
CREATE UNIQUE INDEX delivery_pending ON delivery (ifnull(chat_id, 0), kind, key) WHERE state = 'pending';
CREATE INDEX delivery_next ON delivery (ifnull(chat_id, 0), priority, id) WHERE state = 'pending';
CREATE TABLE message (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    shown TEXT,
    bucket INTEGER,
    current INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (chat_id, message_id)
);
CREATE UNIQUE INDEX message_current ON message (chat_id, kind, key) WHERE current = 1;
CREATE TABLE folded (thread_id INTEGER PRIMARY KEY REFERENCES thread(id));
CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    payload TEXT,
    received_at REAL NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX inbox_undone ON inbox (update_id) WHERE done = 0;
CREATE TABLE job_run (job TEXT NOT NULL, local_date TEXT NOT NULL, ran_at REAL NOT NULL, PRIMARY KEY (job, local_date));
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    thread_id INTEGER,
    agent_id INTEGER,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX event_thread ON event (thread_id);
"""


@migrations()
def m0001_first(db: Database) -> None:
    """Communities, posts, threads, questions, replies, the people, and what is to be delivered."""
    for statement in _FIRST.split(";"):
        if statement.strip():
            db.execute(statement)


_MEASURES_AND_HEALTH = """
CREATE TABLE measure (
    community TEXT NOT NULL,
    container_id TEXT NOT NULL,
    metric TEXT NOT NULL,
    local_date TEXT NOT NULL,
    value REAL NOT NULL,
    measured_at REAL NOT NULL,
    PRIMARY KEY (community, container_id, metric, local_date)
);
CREATE INDEX measure_day ON measure (local_date);
CREATE TABLE outage (
    id INTEGER PRIMARY KEY,
    community TEXT NOT NULL,
    code TEXT NOT NULL,
    began_at REAL NOT NULL,
    ended_at REAL
);
CREATE UNIQUE INDEX outage_open ON outage (community) WHERE ended_at IS NULL;
CREATE INDEX outage_began ON outage (community, began_at);
ALTER TABLE community ADD COLUMN measured_at REAL;
ALTER TABLE community ADD COLUMN paused_at REAL;
ALTER TABLE community ADD COLUMN paused_by INTEGER;
"""


@migrations()
def m0002_measures_and_health(db: Database) -> None:
    """What platforms count, when a community could not be read, and which ones a lead has paused."""
    for statement in _MEASURES_AND_HEALTH.split(";"):
        if statement.strip():
            db.execute(statement)


@migrations()
def m0003_reviews(db: Database) -> None:
    """Stars of reviews, and replies whose agent confirmed that they replace an earlier answer."""
    db.execute("ALTER TABLE post ADD COLUMN stars INTEGER")
    db.execute("ALTER TABLE reply ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0")


@migrations()
def m0004_received(db: Database) -> None:
    """Messages that were brought, by their idempotency keys."""
    db.execute(
        """CREATE TABLE received (
        community TEXT NOT NULL,
        key TEXT NOT NULL,
        body_hash TEXT NOT NULL,
        external_id TEXT NOT NULL,
        received_at REAL NOT NULL,
        PRIMARY KEY (community, key))"""
    )


_LABELS = """
CREATE TABLE label (
    id INTEGER PRIMARY KEY,
    post_id INTEGER NOT NULL REFERENCES post(id),
    text_hash TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT,
    why TEXT,
    agent_id INTEGER NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX label_post ON label (post_id, id);
ALTER TABLE message ADD COLUMN picking_since REAL;
ALTER TABLE post ADD COLUMN quiet TEXT;
ALTER TABLE post ADD COLUMN quiet_at REAL;
CREATE INDEX post_quiet ON post (quiet_at, id) WHERE quiet_at IS NOT NULL;
"""


@migrations()
def m0005_labels(db: Database) -> None:
    """What the team says of posts, cards on which somebody is choosing it, and posts judged to need nothing."""
    for statement in _LABELS.split(";"):
        if statement.strip():
            db.execute(statement)


_ALIKE = """
CREATE TABLE sketch (
    hash INTEGER NOT NULL,
    thread_id INTEGER NOT NULL REFERENCES thread(id),
    at REAL NOT NULL,
    PRIMARY KEY (hash, thread_id)
) WITHOUT ROWID;
CREATE INDEX sketch_at ON sketch (at);
CREATE TABLE alike (
    thread_id INTEGER PRIMARY KEY REFERENCES thread(id),
    first_id INTEGER NOT NULL REFERENCES thread(id),
    at REAL NOT NULL,
    shown INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX alike_first ON alike (first_id);
CREATE INDEX alike_folded ON alike (at) WHERE shown = 0;
"""


@migrations()
def m0006_alike(db: Database) -> None:
    """Near-identical questions: by what they are found, and beneath which card each is folded."""
    for statement in _ALIKE.split(";"):
        if statement.strip():
            db.execute(statement)


_INCIDENTS = """
CREATE TABLE complaint (
    id INTEGER PRIMARY KEY,
    post_id INTEGER NOT NULL UNIQUE REFERENCES post(id),
    community TEXT NOT NULL,
    topic TEXT NOT NULL,
    place TEXT,
    at REAL NOT NULL
);
CREATE INDEX complaint_at ON complaint (at);
CREATE TABLE incident (
    id INTEGER PRIMARY KEY,
    community TEXT,
    topic TEXT,
    place TEXT,
    opened_at REAL NOT NULL,
    since REAL NOT NULL,
    start REAL NOT NULL,
    upto REAL NOT NULL,
    seen INTEGER NOT NULL,
    usual REAL NOT NULL,
    chance REAL NOT NULL,
    holder INTEGER,
    held_at REAL,
    ended TEXT,
    ended_at REAL
);
CREATE INDEX incident_on ON incident (id) WHERE ended_at IS NULL;
"""


@migrations()
def m0007_incidents(db: Database) -> None:
    """Negative posts as they were judged, and the incidents that spikes of them open."""
    for statement in _INCIDENTS.split(";"):
        if statement.strip():
            db.execute(statement)


_ROTA = """
CREATE TABLE shift_override (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL,
    layer TEXT NOT NULL,
    starts_at REAL NOT NULL,
    ends_at REAL NOT NULL CHECK (ends_at > starts_at),
    made_by INTEGER NOT NULL,
    made_at REAL NOT NULL,
    cancelled_at REAL,
    cancelled_by INTEGER
);
CREATE INDEX shift_override_ends ON shift_override (ends_at);
CREATE TABLE shift_said (
    what TEXT PRIMARY KEY,
    said_at REAL NOT NULL
) WITHOUT ROWID;
"""


@migrations()
def m0008_rota(db: Database) -> None:
    """Who takes a shift in place of another, and which handovers and gaps were announced."""
    for statement in _ROTA.split(";"):
        if statement.strip():
            db.execute(statement)


def not_ours(db: Database) -> str:
    """Why this database is not for this program: made by another one, or by a newer version; "" when all is well."""
    tables = set(db.table_names())
    if migrations.migrations_table not in tables:
        return "it belongs to another program" if tables else ""
    known = {migration.name for migration in migrations.pending(Database(memory=True))}
    unknown = sorted({applied.name for applied in migrations.applied(db)} - known)
    return f"a newer version of Vidhuk has changed it ({unknown[-1]}); run that version" if unknown else ""
