-- Linked pages: which are to be read, what came of it, and what their sites allow.

ALTER TABLE articles ADD COLUMN text_from TEXT NOT NULL DEFAULT 'feed'
    CHECK (text_from IN ('feed', 'page'));                -- whose text it is: the fuller one
ALTER TABLE articles ADD COLUMN link_url TEXT NOT NULL DEFAULT '';  -- url in canonical form, where
                                                          -- its page named a better canonical_url

CREATE INDEX articles_link_url ON articles (link_url) WHERE link_url <> '';

CREATE TABLE page_queue (             -- linked pages that are still to be read
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    feed_id    INTEGER NOT NULL REFERENCES feeds (id),
    host       TEXT NOT NULL,             -- of the link; its pages are read one after the other
    wanted_at  TEXT NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,  -- that failed, up to now
    next_at    TEXT NOT NULL              -- not to be asked for before
) STRICT;

CREATE INDEX page_queue_host ON page_queue (host, next_at, article_id);
CREATE INDEX page_queue_feed_id ON page_queue (feed_id);

CREATE TABLE page_fetches (           -- every try to read a linked page, and what came of it
    id         INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    feed_id    INTEGER NOT NULL REFERENCES feeds (id),
    started_at TEXT NOT NULL,
    seconds    REAL NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('used', 'kept', 'failed', 'skipped')),
                                          -- used: the article has its text now; kept: the feed's
                                          -- text stays; skipped: nothing was asked of the page
    status     INTEGER NOT NULL,          -- HTTP; 0: no answer
    kind       TEXT NOT NULL,             -- why its text was not taken, one word
    reason     TEXT NOT NULL,             -- the same, a sentence
    bytes      INTEGER NOT NULL,          -- on the wire
    url        TEXT NOT NULL,             -- which answered, after redirects
    characters INTEGER NOT NULL,          -- of the text that was found in it
    next_at    TEXT                       -- when it is tried again; NULL: never
) STRICT;

CREATE INDEX page_fetches_article_id ON page_fetches (article_id, id);
CREATE INDEX page_fetches_feed_id ON page_fetches (feed_id, started_at);
CREATE INDEX page_fetches_started_at ON page_fetches (started_at);

CREATE TABLE robots (                 -- the robots.txt of each site whose pages were wanted
    origin     TEXT PRIMARY KEY,          -- https://example.org
    fetched_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,             -- when it is asked for again
    outcome    TEXT NOT NULL CHECK (outcome IN ('rules', 'allow', 'deny')),
                                          -- allow: there is none; deny: nobody could tell
    status     INTEGER NOT NULL,          -- HTTP; 0: no answer
    reason     TEXT NOT NULL,             -- why there are no rules
    body       TEXT NOT NULL              -- the file, at most 500 KiB
) STRICT, WITHOUT ROWID;

CREATE VIEW full_texts AS             -- why an article has, or has not, the text of its page
SELECT
    articles.id AS article_id,
    feeds.name AS outlet,
    articles.title,
    articles.url,
    CASE
        WHEN page_queue.article_id IS NOT NULL THEN 'waiting'
        WHEN articles.text_from = 'page' THEN 'page'
        ELSE 'feed'
    END AS state,
    length(articles.text) AS characters,
    latest.kind,
    latest.reason,
    latest.status,
    latest.started_at AS asked_at,
    page_queue.next_at
FROM articles
JOIN feeds ON feeds.id = articles.feed_id
LEFT JOIN page_queue ON page_queue.article_id = articles.id
LEFT JOIN page_fetches AS latest ON latest.id = (
    SELECT max(id) FROM page_fetches WHERE article_id = articles.id
)
WHERE page_queue.article_id IS NOT NULL OR latest.id IS NOT NULL
ORDER BY articles.id DESC;
