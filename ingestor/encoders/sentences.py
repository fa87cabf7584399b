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
# Titles, ranks, firms and streets, which a name follows. What is short and has a capital is no
# abbreviation for that: many a sentence ends with "EU" or "May", and in Vietnamese with a name of
# one syllable. Units and lower-case words that can end a sentence ("zł", "mil") are left out.
_BEFORE_NAMES = """
    Adm Av Ave Blvd Brig Bros Capt Co Col Corp Cpl Det Dr Fr Ft Gen Gov Hon Inc Jr Lt Ltd Maj Messrs
    Mr Mrs Ms Mt Pfc Pres Prof Pvt Rep Rev Sen Sgt Sr St Ste Sts Supt vs
    Ch Cs Gh Gy Ph Sz Th Zs Șt Дж
    Abg Abs Bhf Chr Dipl Frl Hl Hr Hrn Ing Mag Mio Mrd Str bzw inkl sog vgl
    MM Me Mgr Mlle Mlles Mme Mmes Pr
    Cel Des Dn Dra Dres EE Eng Exma Exmo Gral Lic Mons Pe Sra Sras Sres Srta Ud Uds
    Avv Dott On Sig
    Drs Ds Ir dhr mevr
    dr gen inż ks mgr np prof płk tzn tzw ul św
    doc ing kpt např plk sv tzv
    bl dvs fx
    Doç Sn Yrd
    CV Hj Jl Ny PT Tn
    bul dl sf
    BS GS KS LS PGS TP TS TX ThS Ths Tp
    акад вул ген гр обл просп проф св ул усл ім
    Δρ
"""
_BEFORE_DIGITS = """
    Apr Aug Dec Dez Dic Feb Febr Jan Jul Jun Mar Nov Oct Okt Sep Sept avr déc févr janv juil
    Art Fig No Nos Nr Núm Nº Rp Sec Tel Vol art ca kl klo nr núm pp pág str č čl
"""


def _ended(words: str) -> re.Pattern[str]:
    """Make a pattern of what ends with one of these words and a stop."""
    return re.compile(rf"(?:^|[\s(.])(?:{'|'.join(words.split())})\.$")


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
