"""What a page shows about its own health, read from the answer as it came."""

import re
from collections.abc import Mapping

from lxml.html import HtmlElement

# Markup that only challenge pages carry (the scripts that ordinary pages of the same services load are not among it)
_CHALLENGE = re.compile(
    r"_cf_chl_opt|cf-challenge-running|id=[\"']challenge-(?:form|running|error)|cf-browser-verification|"
    r"captcha-delivery\.com/(?:c\.js|captcha)|id=[\"']px-captcha|_Incapsula_Resource|awsWafCookieDomainList|"
    r"window\.gokuProps|sgcaptcha|/_sec/cp_challenge|ddos-guard/(?:check|js-challenge)|bm-verify=",
    re.IGNORECASE,
)
_HEADERS = (("cf-mitigated", "challenge"), ("x-amzn-waf-action", "challenge"), ("x-amzn-waf-action", "captcha"))
_LOOKED_AT = 200_000  # characters


def is_challenge(page: str, headers: Mapping[str, str]) -> bool:
    """Whether header or markup are those of a bot challenge. Ordinary pages may carry such markup too: their length tells."""
    said = any(headers.get(name, "").strip().lower() == value for name, value in _HEADERS)
    return said or bool(_CHALLENGE.search(page, 0, _LOOKED_AT))


def visible_words(tree: HtmlElement) -> int:
    """Words that a reader sees on the page, furniture included."""
    texts = tree.xpath(
        "//body/descendant::text()[not(parent::script or parent::style or parent::noscript or parent::template)]"
    )
    return sum(len(t.split()) for t in texts)
