"""What analysis v1 answers to a fixed text, so that a changed library is noticed before it is used."""

from collections.abc import Callable
from itertools import product
from typing import Final

from lexiane_dagster.domain.digest import digest_of_json

_ROOTS: Final = """
    abandon absor accord admir agr amic analys aper arbeit bell bibliothe calcul caball camin casa
    cert citt commun conoc contr corr danc decis delic deri diffus dorm écri éduc ehr elect espos
    fabri famil felic fluss form freund fähr général glück grand gut hand hausch hop ident imag intens
    jeun kind kleid konig labor lieb logi luch mach maiz mang mañan navig nost número oper ordin
    part pens plan poss public querr ration regul relat rich schön sent skat sorg spel stabil teor
    transf trouv verst viagg viv wagg werk zeit
    """
_SUFFIXES: Final = """
    a abile able ación ada ado age ai aient ais amente ando anza ar are ará aria as ation ationally
    azione e ed edly eert eix eling elijk en end ente er erei eren erions es está est ete eur euse
    ful fulness heden heid ia ible icamente ies ieuse if ig igkeit iki ing ingly ions isch ising ism
    issement iste ität ité ive ização izer keit les leur lich ly ment mente ness nisse o oso ous
    ousness s se sses t te tional ts ung ungen y ying ísimo ções ère ées è ö
    """
_TEXT: Final = (
    "Straße STRASSE ﬁnal Ça İstanbul ΜΆΪΟΣ ½ x² ｶﾞ 東京都 ภาษา हिन्दी "
    "co\u00adop a\u0378b 𝒳y \U0001e030 don't "
)

# Taken with PyStemmer 3.1.0 and Unicode 14.0.
EXPECTED: Final = {
    "dutch": "e6ecdf2cf5f1f38d978dacddc27abc7dd872e764643bf4cc0021efb9215dd4c1",
    "english": "d993e86c17e077b1412f199f45c2128cb0c5f5779a9def6ecf11868fd22a88cb",
    "french": "5f765b147324d50daf6e13ca869890fdfba38499649a980cd1c45938952d0f93",
    "german": "0233e37d60e9cfb08bf43f42720a44452baf0f29b472e1ffd7cc2ea055f7d2d9",
    "italian": "b99c22473f597449a10b1de61aa7019e4358c0dcb34a3a57dc3307620f209ace",
    "portuguese": "ce3c15f6355cde6ed52b6e3decbe3453151bc84d5cb2559d99fc2c7f6ae68fc9",
    "spanish": "f70535efc31f91e076008e55545dfb5629153a2b3de58cad9e190f4641fdab92",
    "none": "af2f34f6a27fd5c66b7cb6aaf05d95a9a0b9449a3491dd96428dbd4c8a259616",
}


def digest_of_stems(terms: Callable[[str], list[str]]) -> str:
    """SHA-256 of the terms of the probe text: every root with every suffix, and many scripts."""
    inflected = " ".join(
        root + suffix for root, suffix in product(_ROOTS.split(), _SUFFIXES.split())
    )
    return digest_of_json(
        {"format": "lexiane/analysis-probe/v1", "terms": terms(_TEXT + inflected)}
    )
