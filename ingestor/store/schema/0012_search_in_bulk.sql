-- New articles enter the search indexes at the end of the transaction that adds them, all at once:
-- search.index does it. A trigger for each row cost more than the indexes themselves, since SQLite
-- has them write out what they hold before each next statement that could fail halfway.
--
-- An article above the last one indexed is not in them yet, and so needs not be taken out either.

DROP TRIGGER articles_fts_insert;
DROP TRIGGER articles_fts_trigrams_insert;

DROP TRIGGER articles_fts_delete;
DROP TRIGGER articles_fts_trigrams_delete;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles
WHEN OLD.id <= (SELECT max(id) FROM articles_fts_docsize) BEGIN
    INSERT INTO articles_fts_trigrams (articles_fts_trigrams, rowid, title, text)
    SELECT 'delete', OLD.id, OLD.title || '  ', OLD.text || '  '
    WHERE OLD.title || OLD.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*';
    INSERT INTO articles_fts (articles_fts, rowid, title, text)
    VALUES ('delete', OLD.id, OLD.title, OLD.text);
END;

DROP TRIGGER articles_fts_update;
DROP TRIGGER articles_fts_trigrams_update;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF title, text ON articles
WHEN OLD.id <= (SELECT max(id) FROM articles_fts_docsize) BEGIN
    INSERT INTO articles_fts_trigrams (articles_fts_trigrams, rowid, title, text)
    SELECT 'delete', OLD.id, OLD.title || '  ', OLD.text || '  '
    WHERE OLD.title || OLD.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*';
    INSERT INTO articles_fts_trigrams (rowid, title, text)
    SELECT NEW.id, NEW.title || '  ', NEW.text || '  '
    WHERE NEW.title || NEW.text GLOB '*[ก-๛ກ-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿가-힣豈-﫿]*';
    INSERT INTO articles_fts (articles_fts, rowid, title, text)
    VALUES ('delete', OLD.id, OLD.title, OLD.text);
    INSERT INTO articles_fts (rowid, title, text) VALUES (NEW.id, NEW.title, NEW.text);
END;
