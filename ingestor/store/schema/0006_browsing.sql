-- What pages for people ask: articles of a language or an outlet by their date, and search in
-- scripts that put no spaces between words.

DROP INDEX articles_language;
CREATE INDEX articles_language ON articles (language, dated_at);
DROP INDEX articles_feed_id;
CREATE INDEX articles_feed_id ON articles (feed_id, dated_at);
CREATE INDEX articles_feed_id_first_seen_at ON articles (feed_id, first_seen_at);

-- Han, kana, hangul, Thai, Lao, Myanmar, Khmer: a whole clause is one word to articles_fts. The two
-- blanks at the end give the last two characters trigrams that begin with them, so that a prefix
-- of a trigram finds every run of one or two characters as well.
CREATE VIEW articles_fts_unspaced AS
SELECT id, title || '  ' AS title, text || '  ' AS text FROM articles
WHERE title || text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*';

CREATE VIRTUAL TABLE articles_fts_trigrams USING fts5 (
    title, text,
    content = 'articles_fts_unspaced', content_rowid = 'id',
    tokenize = 'trigram'
);

CREATE VIRTUAL TABLE articles_fts_terms USING fts5vocab (articles_fts_trigrams, instance);

INSERT INTO articles_fts_trigrams (articles_fts_trigrams) VALUES ('rebuild');

CREATE TRIGGER articles_fts_trigrams_insert AFTER INSERT ON articles
WHEN NEW.title || NEW.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*' BEGIN
    INSERT INTO articles_fts_trigrams (rowid, title, text)
    VALUES (NEW.id, NEW.title || '  ', NEW.text || '  ');
END;

CREATE TRIGGER articles_fts_trigrams_delete AFTER DELETE ON articles
WHEN OLD.title || OLD.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*' BEGIN
    INSERT INTO articles_fts_trigrams (articles_fts_trigrams, rowid, title, text)
    VALUES ('delete', OLD.id, OLD.title || '  ', OLD.text || '  ');
END;

CREATE TRIGGER articles_fts_trigrams_update AFTER UPDATE OF title, text ON articles BEGIN
    INSERT INTO articles_fts_trigrams (articles_fts_trigrams, rowid, title, text)
    SELECT 'delete', OLD.id, OLD.title || '  ', OLD.text || '  '
    WHERE OLD.title || OLD.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*';
    INSERT INTO articles_fts_trigrams (rowid, title, text)
    SELECT NEW.id, NEW.title || '  ', NEW.text || '  '
    WHERE NEW.title || NEW.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*';
END;
