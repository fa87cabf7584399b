-- What recognising translations needs beyond fingerprints.

CREATE TABLE centroids (              -- the mean sentence of a language, learned once, then frozen
    encoder    TEXT NOT NULL,
    language   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    vector     BLOB NOT NULL,             -- float32, little-endian
    learned_at TEXT NOT NULL,
    PRIMARY KEY (encoder, language, version)
) STRICT;

CREATE TABLE rulings (                -- a person's word, which no judgement overrules
    id               INTEGER PRIMARY KEY,
    kind             TEXT NOT NULL CHECK (kind IN ('split', 'join', 'pin')),
    article_id       INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    other_article_id INTEGER REFERENCES articles (id) ON DELETE CASCADE,  -- NULL for a pin
    ruled_at         TEXT NOT NULL,
    CHECK ((kind = 'pin') = (other_article_id IS NULL))
) STRICT;

CREATE INDEX rulings_article_id ON rulings (article_id);
CREATE INDEX rulings_other_article_id ON rulings (other_article_id);
