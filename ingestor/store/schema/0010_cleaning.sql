-- What cleaning needs to be done again, and what sites are known to repeat.

ALTER TABLE originals ADD COLUMN title TEXT NOT NULL DEFAULT '';     -- as published; '': see articles
ALTER TABLE originals ADD COLUMN language TEXT NOT NULL DEFAULT '';  -- as the entry claims; '': see feeds
ALTER TABLE originals ADD COLUMN base_url TEXT NOT NULL DEFAULT '';  -- of relative links; '': the article's url
ALTER TABLE originals ADD COLUMN via_url TEXT NOT NULL DEFAULT '';   -- the feed's own source element
ALTER TABLE originals ADD COLUMN via_name TEXT NOT NULL DEFAULT '';

INSERT INTO originals (article_id, size, html)
SELECT id, 0, x'' FROM articles WHERE id NOT IN (SELECT article_id FROM originals);
UPDATE originals SET (via_url, via_name) = (
    SELECT url, name FROM sources WHERE sources.article_id = originals.article_id AND kind = 'via'
)
WHERE article_id IN (SELECT article_id FROM sources WHERE kind = 'via');

CREATE TABLE sites (                  -- whose words our articles hold
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,         -- registrable domain, such as bbc.co.uk
    pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1))  -- 1: it has blocks to be looked at
) STRICT;

CREATE INDEX sites_pending ON sites (id) WHERE pending = 1;

CREATE TABLE cleanings (              -- how an article was cleaned
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    rules      INTEGER NOT NULL,          -- the version of the rules; 0: to be cleaned again
    site_id    INTEGER REFERENCES sites (id),
    day        INTEGER NOT NULL,          -- of its date, days since 1970-01-01
    blocks     BLOB NOT NULL,             -- keys of what may be boilerplate, 4 bytes each, big-endian
    longest    INTEGER NOT NULL           -- key of its longest block
) STRICT;

CREATE INDEX cleanings_rules ON cleanings (rules);
CREATE INDEX cleanings_site_id ON cleanings (site_id, day);

INSERT INTO cleanings (article_id, rules, day, blocks, longest)
SELECT id, 0, CAST(strftime('%s', dated_at) AS INTEGER) / 86400, x'', 0 FROM articles;

CREATE TABLE block_sightings (        -- which block stood in which article of a site
    site_id    INTEGER NOT NULL REFERENCES sites (id),
    block      INTEGER NOT NULL,          -- the key of its text; below zero: it reads like a report
    article_id INTEGER NOT NULL,          -- deleted with its article
    day        INTEGER NOT NULL,
    PRIMARY KEY (site_id, block, article_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE boilerplate (            -- blocks that sites repeat
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id       INTEGER NOT NULL REFERENCES sites (id),
    site          TEXT NOT NULL,
    state         TEXT NOT NULL           -- seen: not often enough; learned: taken out; on, off: said so
                  AS (CASE WHEN switched <> 'auto' THEN switched
                           WHEN learned = 1 THEN 'learned' ELSE 'seen' END) VIRTUAL,
    sample        TEXT NOT NULL,          -- how it reads in one of the articles
    articles      INTEGER NOT NULL,       -- in how many it was seen
    apart         INTEGER NOT NULL,       -- how many of them are about different things, at most 6
    first_seen_at TEXT NOT NULL,          -- day of the first of them
    last_seen_at  TEXT NOT NULL,          -- day of the last
    learned       INTEGER NOT NULL CHECK (learned IN (0, 1)),
    settled       INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),  -- 1: learned from articles
                                          -- that are forgotten by now
    switched      TEXT NOT NULL DEFAULT 'auto' CHECK (switched IN ('auto', 'on', 'off')),
    switched_at   TEXT,                   -- when a person said so
    block         INTEGER NOT NULL,       -- its key
    UNIQUE (site_id, block)
) STRICT;
