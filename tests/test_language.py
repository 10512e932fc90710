"""The language of a text: what function words decide, and what is left to the detector."""

import py3langid
import pytest

from pipeline.extract.documents import document_from_record

ENGLISH = (
    "The harbour authority said on Monday that the ferry would not sail before the end of the week, because the "
    "inspectors had found a crack in the hull and were waiting for a part that has to come from abroad. Passengers "
    "who hold a ticket can ask for their money back at the office in the old station.",
    "Storm: ferries cancelled, roads closed. Bus 14 runs hourly via Oakham, Ridley and Stoke. Bus 22 is replaced by"
    " taxis until Friday noon. Schools in Ridley stay shut. Water supply restored in Oakham at 6pm; Stoke follows "
    "tonight. Updates hourly.",
)
OTHERS = {
    "nl": "De minister was over het plan in debat met de oppositie, en in de stad was het even stil. Het is nu of nooit, "
    "zei de woordvoerder van de haven, want we hadden al in mei of juni kunnen varen met de nieuwe boot. The "
    "Guardian was er ook bij, en in de zaal was me een plaats over.",
    "da": "Regeringen siger, at planen for havnen er klar, og at der for første gang i ti år er penge til at bygge en ny "
    "bro over fjorden. Under mødet sad over hundrede borgere i salen, og her var der stor uenighed om, hvem der "
    "skal betale for den.",
    "de": "Die Ministerin war in der Stadt, um über den Plan für den Hafen zu sprechen. So war es im Mai vereinbart "
    "worden, und so steht es auch in dem Brief, der an alle Haushalte ging. Das Unternehmen The Harbour Group "
    "wollte sich dazu nicht an die Presse wenden.",
    "fr": "Le ministre a dit que la ligne serait fermée jusqu'à la fin de la semaine, car on a trouvé une fissure dans la"
    " coque du navire. Des passagers ont reçu un bon d'achat. Le journal The Times avait annoncé la nouvelle dès le"
    " matin.",
}


@pytest.mark.parametrize("text", ENGLISH)
def test_the_language_of_an_english_text_is_what_the_detector_says(text):
    """Whether function words or the detector decide, the answer is the same."""
    assert py3langid.classify(text)[0] == "en"
    assert document_from_record(url="https://wire.example/1", text=text).language == "en"


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_in_a_language_that_shares_words_with_english_is_not_taken_for_english(language):
    """English names and words that other languages write alike do not make a text English."""
    assert document_from_record(url="https://wire.example/1", text=OTHERS[language]).language == language
