"""Text to sentences, in any script."""

from __future__ import annotations

import re

MAX_SENTENCES = 20  # of an article: more found nothing more, see docs/dedup.md
MAX_CHARACTERS = 400  # of a sentence; the encoder reads no more than its first 100 tokens or so
MIN_CHARACTERS = 4

_CLOSING = "\"'”“’»›」』）)］\\]】"
# Always ends a sentence: CJK, Devanagari, Urdu, Ethiopic, Khmer, Myanmar, Armenian, Tibetan.
_HARD = "。！？｡．।॥۔።។၊။։།"
# One that may also end an abbreviation: white space and no small letter must follow.
_SOFT = ".!?…؟"
# It begins with its stop: so the engine skips other letters at once.
_STOP = re.compile(
    rf"[{_HARD}{_SOFT}](?:(?<=[{_HARD}])[{_CLOSING}]*|[{_CLOSING}]*\s+(?![a-zà-öø-ÿа-яё]))"
)
# Titles, ranks, firms, streets and quantities, which a name or a number follows. What is short and
# has a capital is no abbreviation for that: many a sentence ends with "EU" or "May", and in
# Vietnamese with any name.
_BEFORE_NAMES = """
    Adm Av Ave Blvd Bros Brig Capt Co Col Corp Cpl Dr Fr Ft Gen Gov Hon Inc Jr Lt Ltd Maj Messrs Mr
    Mrs Ms Mt Pres Prof Rep Rev Sen Sgt Sr St Ste Sts Supt vs
    Abs Bhf Chr Dipl Hr Hrn Ing Mag Mio Mrd Str bzw ca inkl sog vgl
    MM Me Mgr Mlle Mlles Mme Mmes Pr
    D Dn Dr Dra Dres EE Gral Lic Mons Sr Sra Sras Sres Srta Ud Uds Des Eng Exmo Exma
    Avv Dott On Sig
    Drs Ds Ir dhr mevr mr mw
    al dr gen im inż ks mgr mjr np płk pl por prof św tzn tzw ul zł
    doc gen ing kpt mgr mil mld např phdr plk sv tzv
    bl dvs fx mdr mia milj mio resp
    Av Doç Dr Sn Yrd
    Jl Hj Ny Tn PT CV
    bul dl dna dr nr str sf
    BS GS KS LS PGS TP TS TX ThS Ths Tp
    акад вул ген гг гр грн др им ім лв млн млрд обл пл прим просп проф руб св стр тис тыс ул усл
    Δρ
"""
_BEFORE_DIGITS = """
    Jan Feb Febr Mar Apr Jun Jul Aug Sep Sept Oct Okt Nov Dec Dez Dic janv févr avr juil déc
    No Nos Nr Núm Nº Vol Art Ch Fig Sec Tel Rp kl klo nr no núm pág pp str art čl č
"""


def _ended(words: str) -> re.Pattern[str]:
    """Make a pattern of what ends with one of these words and a stop."""
    return re.compile(rf"(?:^|[\s(.])(?:{'|'.join(dict.fromkeys(words.split()))})\.$")


_LONGEST = 8  # characters that an abbreviation, what stands before it and its stop may have
_ABBREVIATED = _ended(rf"\w \d{{1,2}} {_BEFORE_NAMES}")
_ABBREVIATED_BEFORE_DIGITS = _ended(_BEFORE_DIGITS)
_THAI = re.compile(r"[\u0e00-\u0eff]")
_THAI_CLAUSE = 60


def split(text: str) -> list[str]:
    """Cut a text into sentences; where a script has no stop, into clauses of some length.

    Lines are never joined. A sentence longer than MAX_CHARACTERS is cut off there: what follows
    could not be encoded.
    """
    found: list[str] = []
    thai = _THAI.search(text) is not None
    for line in text.splitlines():
        pieces = _clauses(line) if thai and _THAI.search(line) else _stops(line)
        found += (piece[:MAX_CHARACTERS] for piece in pieces if len(piece) >= MIN_CHARACTERS)
    return found


def _stops(line: str) -> list[str]:
    """Cut a line at its full stops, but not at those of abbreviations, initials and ordinals."""
    found: list[str] = []
    start = 0
    for match in _STOP.finditer(line):
        piece = line[start : match.end()].strip()
        if piece and not _goes_on(piece[-_LONGEST:], line[match.end() : match.end() + 1]):
            found.append(piece)
            start = match.end()
    return [*found, line[start:].strip()]


def _goes_on(end: str, following: str) -> bool:
    """Tell whether what ends with a stop is an abbreviation, an initial or an ordinal."""
    if _ABBREVIATED.search(end):
        return True
    return following.isdecimal() and _ABBREVIATED_BEFORE_DIGITS.search(end) is not None


def _clauses(line: str) -> list[str]:
    """Cut a Thai or Lao line at the spaces, which part clauses, once there is enough to encode."""
    found = [""]
    for clause in line.split():
        if len(found[-1]) >= _THAI_CLAUSE:
            found.append("")
        found[-1] = f"{found[-1]} {clause}".strip()
    return found
