"""The stop lists of analysis v1: function words, folded as `analysis.words` folds them.

Fragments that elisions leave behind ("l" of "l'eau", "t" of "don't") are listed too. A list is part
of a version's name through its digest, so a changed list is a new analysis.
"""

from typing import Final

from lexiane_dagster.domain.digest import digest_of_json

STOP_WORDS_FORMAT: Final = "lexiane/stop-words/v1"

_LISTS: Final = {
    "dutch": """
        aan aangaande al alle alles als altijd andere ben bij bijna binnen blijven boven d daar
        daarna dan dat de deze die dit doch doen door dus echter een eens en er erg etc euh ge geen
        gehad geweest haar had hadden heb hebben hebt heeft heel hem hen het hier hij hoe hun iemand
        iets ik in is ja je jij jou jouw jullie kan kon konden kunnen maar me meer men met mij mijn
        moest moesten moet moeten mocht mochten mag mogen n na naar niet niets nog nu of om omdat
        onder ons onze ook op over reeds s sinds slechts t te tegen ten ter terwijl toch toen tot u
        uit uw van vanaf veel via voor vooral waar waren was wat we wel welke werd werden wie wij wil
        wilde worden wordt zal ze zeer zelf zich zij zijn zo zoals zonder zou zouden zullen
        """,
    "english": """
        a about above after again against all am an and any are aren as at be because been before
        being below between both but by can cannot could couldn d did didn do does doesn doing don
        down during each few for from further had hadn has hasn have haven having he her here hers
        herself him himself his how i if in into is isn it its itself ll m may me might more most
        must mustn my myself no nor not of off on once only or other ought our ours ourselves out
        over own re s same shall shan she should shouldn so some such t than that the their theirs
        them themselves then there these they this those through to too under until up upon ve very
        was wasn we were weren what when where which while who whom whose why will with would
        wouldn you your yours yourself yourselves
        """,
    "french": """
        a afin ai aie aient aies ainsi ait alors apres après as au aucun aucune aura aurai auraient
        aurais aurait auras aurez auriez aurions aurons auront aussi autre autres aux avaient avais
        avait avant avec avez aviez avions avoir avons ayant ayez ayons c car ce ceci cela celle
        celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des donc dont
        du elle elles en encore entre es est et étaient étais était étant été êtes être eu eue eues
        eurent eus eut eux fait faire font fut furent fûmes il ils j je jusqu jusque l la laquelle
        là le lequel les lesquelles lesquels leur leurs lors lorsqu lorsque lui m ma mais me même
        mêmes mes moi moins mon n ne ni non nos notre nous on ont or ou où par parce pas pendant
        peu peut peuvent plus plusieurs pour pourquoi puis puisqu puisque qu quand que quel quelle
        quelles quels qui quoi s sa sans se sera serai seraient serait seras serez seriez serions
        serons seront ses si sien sienne soi soient sois soit sommes son sont sous soyez soyons
        suis sur t ta tandis te tel telle telles tels tes toi ton tous tout toute toutes très tu un
        une vers vos votre vous y
        """,
    "german": """
        ab aber all alle allem allen aller alles als also am an ander andere anderem anderen anderer
        anderes auch auf aus bei beim bin bis bist da dabei damit dann das dass dein deine deinem
        deinen deiner deines dem den denen denn der deren derer des dessen desto dich die dies diese
        diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einige
        einigem einigen einiger einiges er es etwa etwas euch euer eure eurem euren eurer eures für
        gegen gewesen hab habe haben hat hatte hatten hattest hier hin hinter ich ihm ihn ihnen ihr
        ihre ihrem ihren ihrer ihres im in indem ins ist ja je jede jedem jeden jeder jedes jedoch
        jene jenem jenen jener jenes jetzt kann kein keine keinem keinen keiner keines können könnte
        man manche manchem manchen mancher manches mein meine meinem meinen meiner meines mich mir
        mit muss müssen musste nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem
        seinen seiner seines seit selbst sich sie sind so solche solchem solchen solcher solches
        soll sollen sollte sondern sonst sowie sowohl um und uns unser unsere unserem unseren unter
        über viel vom von vor während war waren warst warum was weder weil welche welchem welchen
        welcher welches wenn wer werde werden wie wieder will wir wird wirst wo wollen wollte wurde
        wurden würde würden zu zum zur zwar zwischen
        """,
    "italian": """
        a abbia abbiamo abbiano ad agli ai al alcuni alla alle allo allora altre altri altro anche
        ancora avere aveva avevano avete ben c che chi ci ciò coi col come con contro cosa così cui
        d da dagli dai dal dall dalla dalle dallo degli dei del dell della delle dello dentro di
        dopo dove dov due e ed egli ella era erano eravamo essa esse essere essi esso fa fanno fare
        fino fra furono già gli ha hai hanno ho i il in io l la le lei lo loro lui ma me mentre mi
        mia mie miei mio molto ne negli nei nel nell nella nelle nello no noi non nostra nostre
        nostri nostro o ogni oltre oppure ora per perché più però poi qual quale quali quando quanto
        quanti quel quella quelle quelli quello quest questa queste questi questo qui quindi sarà
        saranno sarebbe se sei senza si sia siamo siano siate siete sono sopra sotto sta stata state
        stati stato su sua sue sugli sui sul sull sulla sulle sullo suo suoi t te ti tra tu tua tue
        tuo tuoi tutta tutte tutti tutto un una uno v vi voi vostra vostre vostri vostro è
        """,
    "portuguese": """
        a ainda além algum alguma algumas alguns ante antes ao aos apenas após aquela aquelas aquele
        aqueles aquilo as assim até cada com como contra da das de dela delas dele deles depois
        desde dessa dessas desse desses desta destas deste destes do dos durante e é ela elas ele
        eles em enquanto entre era eram éramos essa essas esse esses esta está estamos estão estas
        estava estavam este esteja estes estou eu fazer foi for foram fosse há isso isto já lhe lhes
        logo mais mas me mesma mesmas mesmo mesmos meu meus minha minhas muito na não nas nem nessa
        nesse nesta neste no nos nós nossa nossas nosso nossos num numa o onde os ou outra outras
        outro outros para pela pelas pelo pelos pode podem pois por porém porque quais qual quando
        quanto que quem são se seja sejam sem sempre ser será serão seria seu seus si sido só sob
        sobre somos sou sua suas também te tem têm temos tenha tenho ter teu teus teve tinha tinham
        tu tua tuas tudo um uma umas uns você vocês vos vosso à às
        """,
    "spanish": """
        a al algo algún alguna algunas alguno algunos ambos ante antes aquel aquella aquellas
        aquello aquellos aquí así aún aunque bajo bien cada como cómo con contra cual cuál cuales
        cualquier cuando cuándo cuanto de del desde donde dónde dos durante e el él ella ellas ello
        ellos en entonces entre era eran eras eres es esa esas ese eso esos esta está estaba estaban
        estado estamos están estar estas este esto estos estoy fue fueron fui ha había habían haber
        hacia han has hasta hay he hemos la las le les lo los más me mediante mi mí mía mías mientras
        mío míos mis misma mismas mismo mismos mucho muchos muy nada ni no nos nosotras nosotros
        nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues
        que qué quien quién quienes se sea sean según ser será serán si sí sido siempre sin sino
        sobre sois solo sólo somos son soy su sus suya suyas suyo suyos también tampoco tan tanto te
        tenemos tener tengo ti tiene tienen toda todas todavía todo todos tras tu tú tus tuya tuyo
        un una unas uno unos usted ustedes vosotras vosotros vuestra vuestras vuestro vuestros y ya
        yo
        """,
}


def stop_words(language: str) -> frozenset[str]:
    """The stop list of a language; empty for languages without one."""
    return frozenset(_LISTS.get(language, "").split())


def stop_words_digest(language: str) -> str:
    """SHA-256 of the canonical JSON of a language's list, ordered by UTF-8 bytes."""
    ordered = sorted(stop_words(language), key=str.encode)
    return digest_of_json({"format": STOP_WORDS_FORMAT, "words": ordered})


LANGUAGES: Final = tuple(_LISTS)
