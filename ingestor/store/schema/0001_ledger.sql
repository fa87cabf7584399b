-- The ledger. Conventions: a column in *_at is a moment, ISO 8601 in UTC, 2026-11-23T20:00:00Z;
-- an empty text means "none"; NULL means "not yet known". Ids are never used twice.

PRAGMA application_id = 0x4e657773;   -- "News"

CREATE TABLE feeds (                  -- one row for each feed that was ever configured
    id               INTEGER PRIMARY KEY,
    url              TEXT NOT NULL UNIQUE,    -- as configured
    key              TEXT NOT NULL UNIQUE,    -- its normalised form, which identifies the feed
    name             TEXT NOT NULL,           -- what the user calls it: the outlet
    title            TEXT NOT NULL DEFAULT '',  -- what it calls itself
    site_url         TEXT NOT NULL DEFAULT '',
    format           TEXT NOT NULL DEFAULT '',  -- rss20, atom10, json11 ...
    language         TEXT NOT NULL DEFAULT '',  -- as configured, else as the feed claims
    priority         INTEGER NOT NULL DEFAULT 0,
    active           INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),  -- 0: not configured now
    etag             TEXT NOT NULL DEFAULT '',  -- validators, verbatim (RFC 9110)
    last_modified    TEXT NOT NULL DEFAULT '',
    body_hash        TEXT NOT NULL DEFAULT '',  -- SHA-256 of the last body taken in whole
    last_poll_at     TEXT,
    last_success_at  TEXT,                    -- the server answered, with or without news
    last_body_at     TEXT,                    -- a body came, new or not
    last_document_at TEXT,                    -- a body came that differed from the one before
    last_new_at      TEXT,                    -- it brought a new or edited article
    next_poll_at     TEXT NOT NULL CHECK (next_poll_at GLOB '????-??-??T??:??:??Z'),
    interval_seconds INTEGER,                 -- between polls, adapted to how often news comes
    failures         INTEGER NOT NULL DEFAULT 0,  -- in a row, up to now
    last_error       TEXT NOT NULL DEFAULT '',  -- of the last poll
    moved_to         TEXT NOT NULL DEFAULT '',  -- where permanent redirects lead
    added_at         TEXT NOT NULL
) STRICT;

CREATE INDEX feeds_next_poll_at ON feeds (next_poll_at) WHERE active = 1;

CREATE TABLE stories (                -- one event, told by one or more articles
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    canonical_article_id INTEGER NOT NULL  -- the one to read
                         REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED,
    articles             INTEGER NOT NULL DEFAULT 0,  -- how many; kept by triggers
    first_seen_at        TEXT NOT NULL,
    updated_at           TEXT NOT NULL    -- when the last article joined
) STRICT;

CREATE INDEX stories_canonical_article_id ON stories (canonical_article_id);
CREATE INDEX stories_updated_at ON stories (updated_at);

CREATE TABLE articles (               -- one report; seen in several feeds, it still is one row
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id      INTEGER NOT NULL REFERENCES stories (id) DEFERRABLE INITIALLY DEFERRED,
    feed_id       INTEGER NOT NULL REFERENCES feeds (id),  -- the feed whose text this is
    title         TEXT NOT NULL,          -- cleaned: see removals for what was taken out
    url           TEXT NOT NULL,          -- the link as the feed gives it
    language      TEXT NOT NULL,          -- detected from the text, BCP 47
    author        TEXT NOT NULL,
    published_at  TEXT CHECK (published_at GLOB '????-??-??T??:??:??Z'),  -- as the feed says
    updated_at    TEXT,                   -- as the feed says
    first_seen_at TEXT NOT NULL CHECK (first_seen_at GLOB '????-??-??T??:??:??Z'),
    dated_at      TEXT NOT NULL           -- to sort by: a date in the future is not believed
                  AS (min(ifnull(published_at, first_seen_at), first_seen_at)) STORED,
    canonical_url TEXT NOT NULL,          -- url without what does not identify the article
    content_hash  TEXT NOT NULL,          -- SHA-256 of what the feed published
    text_hash     TEXT NOT NULL,          -- SHA-256 of the normalised text; '' if too short
    text          TEXT NOT NULL           -- cleaned, paragraphs parted by one blank line
) STRICT;

CREATE INDEX articles_story_id ON articles (story_id);
CREATE INDEX articles_feed_id ON articles (feed_id);
CREATE INDEX articles_dated_at ON articles (dated_at);
CREATE INDEX articles_published_at ON articles (published_at);
CREATE INDEX articles_first_seen_at ON articles (first_seen_at, id, published_at);  -- covers the window
CREATE INDEX articles_language ON articles (language);
CREATE INDEX articles_canonical_url ON articles (canonical_url) WHERE canonical_url <> '';
CREATE INDEX articles_text_hash ON articles (text_hash) WHERE text_hash <> '';

CREATE TRIGGER articles_counted_in AFTER INSERT ON articles BEGIN
    UPDATE stories
    SET articles = articles + 1, updated_at = max(updated_at, NEW.first_seen_at)
    WHERE id = NEW.story_id;
END;

CREATE TRIGGER articles_moved AFTER UPDATE OF story_id ON articles
WHEN OLD.story_id <> NEW.story_id BEGIN
    UPDATE stories SET articles = articles - 1 WHERE id = OLD.story_id;
    UPDATE stories SET articles = articles + 1 WHERE id = NEW.story_id;
END;

CREATE TRIGGER articles_counted_out AFTER DELETE ON articles BEGIN
    UPDATE stories SET articles = articles - 1 WHERE id = OLD.story_id;
END;

CREATE TABLE sightings (              -- which feed showed which article, under which guid
    feed_id       INTEGER NOT NULL REFERENCES feeds (id),
    guid          TEXT NOT NULL,
    article_id    INTEGER REFERENCES articles (id) ON DELETE SET NULL,  -- NULL: was pruned, and
                                          -- must not come back as long as the feed shows it
    link          TEXT NOT NULL,
    content_hash  TEXT NOT NULL,          -- of the version that was seen last
    first_seen_at TEXT NOT NULL,
    last_seen_at  TEXT NOT NULL,          -- in a document that differed from the one before
    PRIMARY KEY (feed_id, guid)
) STRICT, WITHOUT ROWID;

CREATE INDEX sightings_article_id ON sightings (article_id) WHERE article_id IS NOT NULL;

CREATE TABLE matches (                -- which pair was judged alike, and why
    id               INTEGER PRIMARY KEY,
    article_id       INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    other_article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,  -- was there before
    relation         TEXT NOT NULL CHECK (relation IN ('copy', 'rewording', 'translation', 'cites')),
    score            REAL NOT NULL CHECK (score BETWEEN 0 AND 1),  -- 1 is identical
    evidence         TEXT NOT NULL CHECK (json_valid(evidence)),
    decided_at       TEXT NOT NULL,
    UNIQUE (article_id, other_article_id),
    CHECK (article_id <> other_article_id)
) STRICT;

CREATE INDEX matches_other_article_id ON matches (other_article_id);

CREATE TABLE sources (                -- what an article says it comes from
    id               INTEGER PRIMARY KEY,
    article_id       INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL CHECK (kind IN ('url', 'agency', 'publisher', 'via')),
    name             TEXT NOT NULL,
    url              TEXT NOT NULL,       -- in canonical form
    position         INTEGER NOT NULL,    -- paragraph, from 0; -1: outside of the text
    cited_article_id INTEGER REFERENCES articles (id) ON DELETE SET NULL  -- if we have it
) STRICT;

CREATE INDEX sources_article_id ON sources (article_id);
CREATE INDEX sources_url ON sources (url) WHERE url <> '';
CREATE INDEX sources_cited_article_id ON sources (cited_article_id)
    WHERE cited_article_id IS NOT NULL;

CREATE TABLE removals (               -- what cleaning took out, so that nothing is lost unseen
    id         INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    rule       TEXT NOT NULL,
    field      TEXT NOT NULL CHECK (field IN ('title', 'text')),
    position   INTEGER NOT NULL,          -- paragraph in the original, from 0
    text       TEXT NOT NULL
) STRICT;

CREATE INDEX removals_article_id ON removals (article_id);
CREATE INDEX removals_rule ON removals (rule);

CREATE TABLE revisions (              -- earlier versions of articles that were edited
    id           INTEGER PRIMARY KEY,
    article_id   INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    feed_id      INTEGER NOT NULL REFERENCES feeds (id),
    number       INTEGER NOT NULL,        -- 1 is the first version
    title        TEXT NOT NULL,
    text         TEXT NOT NULL,
    published_at TEXT,
    content_hash TEXT NOT NULL,
    replaced_at  TEXT NOT NULL,           -- when the next version came
    UNIQUE (article_id, number)
) STRICT;

CREATE INDEX revisions_feed_id ON revisions (feed_id);

CREATE TABLE originals (              -- what the feed published, to clean again when rules change
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    size       INTEGER NOT NULL,          -- bytes of html when unpacked
    html       BLOB NOT NULL              -- zlib; sqlite3 shows it by sqlar_uncompress(html, size)
) STRICT;

CREATE TABLE polls (                  -- every request and what came of it
    id           INTEGER PRIMARY KEY,
    feed_id      INTEGER NOT NULL REFERENCES feeds (id),
    started_at   TEXT NOT NULL,
    seconds      REAL NOT NULL,
    outcome      TEXT NOT NULL CHECK (outcome IN ('fetched', 'unchanged', 'not_modified', 'failed')),
    status       INTEGER NOT NULL,        -- HTTP; 0: no answer
    kind         TEXT NOT NULL,           -- of the failure, one word
    reason       TEXT NOT NULL,           -- of the failure, a sentence
    bytes        INTEGER NOT NULL,        -- on the wire
    url          TEXT NOT NULL,           -- which answered; '' if it is the feed's own
    entries      INTEGER NOT NULL,        -- in the document
    new          INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    next_poll_at TEXT NOT NULL
) STRICT;

CREATE INDEX polls_feed_id ON polls (feed_id, started_at);
CREATE INDEX polls_started_at ON polls (started_at);

CREATE TABLE fingerprints (           -- what articles are compared by
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    part       TEXT NOT NULL,             -- text, title, sentences, anchors
    algorithm  TEXT NOT NULL,             -- everything the value depends on
    value      BLOB NOT NULL,
    PRIMARY KEY (article_id, part, algorithm)
) STRICT, WITHOUT ROWID;

-- Small and covering: the window of recent articles is read at each start.
CREATE INDEX fingerprints_text ON fingerprints (article_id, algorithm, value) WHERE part = 'text';
