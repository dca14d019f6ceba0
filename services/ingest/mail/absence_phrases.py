"""How automatic replies and notes of absence are worded, by language; pieces of patterns, without case."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`titles` name an automatic reply; `openings` say that somebody is away; `more` is what such notes go on with.

    `sure` is only said by notes that no person writes by hand to a help desk; `joins` go on with another
    matter in the same sentence.
    """

    titles: tuple[str, ...]
    openings: tuple[str, ...]
    more: tuple[str, ...]
    sure: tuple[str, ...]
    joins: str


ELSEWHERE: tuple[str, ...] = (
    r"automatick[áaý] odpove?[ěeď]\w{0,2}|automatikus v[áa]lasz|r[ăa]spuns automat|automatinis atsakymas",
    r"automaatvastus",
    r"(?:[āa]rpus biroja (?:atra[šs]an[āa]s )?)?autom[āa]tisk[āa] atbilde|автоматичен отговор|автоматски одговор",
    r"αυτόματη απάντηση|otomatik (?:yan[ıi]t|cevap)|자동 ?(?:회신|응답)|رد تلقائي",
)
"""How mail programs name an automatic reply in languages that the desk's customers speak less often."""

PHRASES: Mapping[str, Words] = {
    "en": Words(
        titles=(
            r"out[ -]of[ -](?:the[ -])?office(?: (?:auto(?:matic)?[ -]?)?(?:reply|response|notification|autoreply))?",
            r"auto(?:matic|mated)?[ -]?(?:reply|response|answer|responder|acknowledge?ment)",
            r"away from (?:the |my )?(?:office|desk|mail|e-?mail)",
            r"auto: [^:\n]{2,60} is out of (?:the )?office|[^:\n]{2,60} is out of the office(?= \(returning)",
            r"vacation (?:reply|response|message|notice|auto-?reply)",
            r"ooo|on (?:annual |maternity |paternity |parental )?leave|on vacation|on holiday",
        ),
        openings=(
            r"(?:i am|i'm|i’m|i will be|i'll be|we are|our office is) (?:currently |now |presently |away )?"
            r"(?:out of (?:the )?office|out of town|away from (?:the |my )?(?:office|desk|e-?mail)|closed"
            r"|on (?:\w{1,12} )?(?:leave|vacation|holidays?)|travell?ing|away)",
            r"thank(?:s| you) for your (?:e-?mail|message|mail)[.!,]? (?:i am|i'm|i will be) (?:currently )?"
            r"(?:out of|away|on (?:\w{1,12} )?(?:leave|vacation|holiday))",
            r"this is an auto(?:matic|mated|matically generated)? ?(?:reply|response|message)",
        ),
        more=(
            r"(?:will|shall) (?:be back|return|reply|respond|answer|get back)",
            r"\bback (?:on|in)\b",
            r"\burgent|emergenc",
        ),
        sure=(
            r"(?:limited|no|intermittent|sporadic|not have"
            r"|without) (?:\w{1,10} )?access to (?:my )?(?:e-?mail|mail|messages)",
            r"(?:will|are) (?:not be|not being) (?:forwarded|read)",
            r"auto(?:matic|mated|matically generated) (?:reply|response)",
            r"(?:in|for|if) (?:\w{1,8} )?(?:urgent|emergenc|immediate)(?:[^.\n]|(?<=\d)\.){0,80}(?:contact|call|write)",
        ),
        joins=r"and|but|so|because|while|my|your|the lamp|since",
    ),
    "de": Words(
        titles=(
            r"abwesenheits(?:notiz|meldung|nachricht|hinweis|info|assistent)",
            r"automatische (?:antwort|r[üu]ckantwort|rückmeldung|abwesenheit\w{0,10}|e-?mail-antwort)",
            r"abwesend|abwesenheit|nicht im b[üu]ro|au(?:ß|ss)er haus|im urlaub|urlaub",
        ),
        openings=(
            r"(?:ich bin|wir sind|unser büro ist) (?:derzeit |zurzeit |zur zeit |momentan |aktuell |vom "
            r"|bis |ab |leider )?"
            r"(?:[^.\n]|(?<=\d)\.){0,40}?(?:nicht im (?:büro|haus)|im urlaub|abwesend|außer haus"
            r"|ausser haus|nicht erreichbar"
            r"|in elternzeit|im mutterschutz|geschlossen|auf (?:dienst|geschäfts)reise)",
            r"(?:vielen dank|danke) für ihre (?:e-?mail|nachricht|mail)[.!,]? ich bin (?:[^.\n]|(?<=\d)\.){0,40}"
            r"(?:abwesend|im urlaub|nicht (?:im büro|erreichbar))",
            r"ich bin (?:erst )?(?:ab|am) (?:[^.\n]|(?<=\d)\.){0,30}?wieder (?:erreichbar|im büro|da|im haus)",
            r"dies ist eine automatische (?:antwort|nachricht|e-?mail)",
        ),
        more=(r"bin (?:ich )?(?:ab|wieder|am)\b", r"wieder (?:da|erreichbar|im büro)", r"dringend", r"rückkehr"),
        sure=(
            r"(?:wird|werden) nicht (?:automatisch )?(?:weitergeleitet|gelesen)",
            r"in dringenden (?:fällen|angelegenheiten)",
            r"(?:keinen|eingeschränkten|nur begrenzten) zugriff auf (?:meine|e-?mails)",
        ),
        joins=r"und|aber|weil|denn|meine?|ihre?",
    ),
    "fr": Words(
        titles=(
            r"r[ée]ponse automatique(?: d['’]absence)?",
            r"absence(?: du bureau)?|absent[e]?(?: du bureau)?|message d['’]absence|notification d['’]absence",
            r"en (?:cong[ée]s?|vacances|déplacement)|hors du bureau",
        ),
        openings=(
            r"je (?:suis|serai) (?:actuellement |en ce moment |)(?:absente?|en (?:congés?|vacances"
            r"|déplacement)|hors du bureau)",
            r"(?:merci (?:de|pour) votre (?:message|mail|courriel)|bonjour)[.!,]? (?:je suis|je serai|étant) "
            r"(?:actuellement )?(?:absente?|en (?:congés?|vacances))",
            r"(?:nos bureaux sont|notre bureau est) (?:actuellement )?fermée?s?",
            r"ceci est une réponse automatique",
        ),
        more=(r"de retour", r"mon retour", r"urgence|urgent"),
        sure=(
            r"accès (?:limité|restreint) à (?:ma|mes)",
            r"en cas d['’]urgence",
            r"ne (?:sera|seront) pas (?:transféré|lu|transmis)",
        ),
        joins=r"et|mais|car|parce|ma|mon|mes|votre",
    ),
    "it": Words(
        titles=(
            r"risposta automatica",
            r"fuori (?:sede|ufficio)",
            r"assenza(?: dall['’]ufficio)?|assente",
            r"in ferie",
        ),
        openings=(
            r"(?:sono|sarò) (?:attualmente |al momento |momentaneamente |)(?:assente|fuori (?:sede"
            r"|ufficio)|in (?:ferie|vacanza|trasferta))",
            r"(?:i nostri uffici sono|il nostro ufficio è|l['’]ufficio è) (?:attualmente )?chius[oi]",
            r"questa è una risposta automatica",
        ),
        more=(r"rientr(?:o|erò)|ritorn(?:o|erò)|torner", r"urgen"),
        sure=(
            r"accesso limitato (?:alla|alle) (?:posta|e-?mail|mail)",
            r"per (?:urgenze|questioni urgenti|comunicazioni urgenti)",
        ),
        joins=r"e|ma|perché|mia|mio|la vostra",
    ),
    "es": Words(
        titles=(
            r"respuesta autom[áa]tica",
            r"fuera de (?:la )?oficina|ausente|ausencia(?: de la oficina)?|ausente de la oficina",
            r"(?:de|en) vacaciones",
        ),
        openings=(
            r"(?:estoy|estaré|me encuentro|me encontraré) (?:actualmente |en este momento |)"
            r"(?:fuera de (?:la )?oficina|ausente|de (?:vacaciones|viaje|baja)|en vacaciones)",
            r"(?:nuestras oficinas están|nuestra oficina está) (?:actualmente )?cerradas?",
            r"(?:esta es una|este es un) (?:respuesta|mensaje) automátic[ao]",
        ),
        more=(r"regres|vuelv|volver|vuelta", r"urgen"),
        sure=(
            r"acceso limitado (?:a mi|al) (?:correo|e-?mail)",
            r"(?:en caso de|para) (?:urgencia|asuntos urgentes|algo urgente)",
        ),
        joins=r"y|pero|porque|mi|mis|su",
    ),
    "pt": Words(
        titles=(
            r"resposta autom[áa]tica",
            r"fora d[oe] escrit[óo]rio|ausente(?: do escrit[óo]rio)?|aus[êe]ncia(?: tempor[áa]ria)?",
            r"(?:de|em) f[ée]rias",
        ),
        openings=(
            r"(?:estou|estarei|encontro-me|encontrar-me-ei) (?:atualmente |de momento |neste momento |)"
            r"(?:fora d[oe] escritório|ausente|de férias|em férias|de licença)",
            r"est[ae] é uma (?:resposta|mensagem) automática",
        ),
        more=(r"regress|retorn|volt", r"urgen|urgên"),
        sure=(
            r"acesso limitado (?:ao|aos|à) (?:meu|e-?mail|mail|correio)",
            r"(?:em caso de|para) (?:urgência|assuntos urgentes)",
        ),
        joins=r"e|mas|porque|minha|meu|sua",
    ),
    "nl": Words(
        titles=(
            r"automatisch(?:e)? (?:antwoord|bericht|beantwoording|reactie)",
            r"afwezig(?:heid(?:sbericht|smelding|sassistent)?)?|niet aanwezig|niet op kantoor|buiten kantoor",
            r"(?:op|met) vakantie|met verlof",
        ),
        openings=(
            r"(?:ik ben|wij zijn|ons kantoor is) (?:momenteel |op dit moment |tot |van |)(?:[^.\n]|(?<=\d)\.){0,30}?"
            r"(?:afwezig|niet (?:aanwezig|op kantoor|bereikbaar)|(?:op|met) (?:vakantie|verlof)|gesloten)",
            r"dit is een automatisch (?:antwoord|bericht)",
        ),
        more=(r"\bterug\b", r"dringend|spoed|urgent"),
        sure=(
            r"wordt niet (?:doorgestuurd|gelezen)",
            r"(?:in|voor) (?:dringende|spoedeisende|urgente) (?:gevallen|zaken|vragen)",
            r"beperkt(?:e)? toegang tot (?:mijn|e-?mail)",
        ),
        joins=r"en|maar|want|omdat|mijn|uw",
    ),
    "pl": Words(
        titles=(
            r"automatyczna odpowied[źz]|odpowied[źz] automatyczna|autoodpowied[źz]",
            r"poza biurem|nieobecno[śs][ćc](?: w biurze)?|nieobecn[ya]",
            r"(?:na )?urlop(?:ie)?",
        ),
        openings=(
            r"(?:jestem|będę|przebywam) (?:obecnie |aktualnie |w dniach |do |)(?:[^.\n]|(?<=\d)\.){0,30}?"
            r"(?:poza biurem|nieobecn[ya]|na urlopie|na zwolnieniu|niedostępn[ya])",
            r"to jest (?:automatyczna odpowiedź|wiadomość automatyczna)",
        ),
        more=(r"wracam|wrócę|powro[ct]|powró", r"piln"),
        sure=(
            r"ograniczony dostęp do (?:poczty|e-?mail)",
            r"w (?:sprawach pilnych|pilnych sprawach|nagłych)",
            r"nie (?:będą|będzie) przekierowan",
        ),
        joins=r"i|a|ale|bo|ponieważ|moja|mój",
    ),
    "sv": Words(
        titles=(
            r"autosvar|automatiskt (?:svar|meddelande)",
            r"fr[åa]nvar(?:o|ande)(?:meddelande)?|inte p[åa] kontoret|ej p[åa] kontoret",
            r"(?:p[åa] )?semester",
        ),
        openings=(
            r"jag (?:är|är nu|har|kommer att vara) (?:för närvarande |just nu |)(?:inte på kontoret"
            r"|på semester|semester"
            r"|ledig|frånvarande|föräldraledig|bortrest|på tjänsteresa)",
            r"detta är ett (?:automatiskt svar|autosvar)",
        ),
        more=(r"tillbaka|åter", r"brådskande|akut"),
        sure=(r"begränsad (?:åtkomst|tillgång) till (?:min )?(?:e-?post|mail|mejl)", r"vid (?:brådskande|akuta)"),
        joins=r"och|men|för att|min|mitt|er",
    ),
    "da": Words(
        titles=(
            r"automatisk svar|autosvar",
            r"frav[æa]r(?:ende)?(?:sbesked|smeddelelse)?|ikke p[åa] kontoret|ikke til stede",
            r"(?:p[åa] )?ferie",
        ),
        openings=(
            r"jeg (?:er|har|holder) (?:i øjeblikket |pt\.? |for tiden |lige nu |)(?:ikke på kontoret"
            r"|på ferie|ferie|fraværende"
            r"|ikke til stede|på barsel|bortrejst|på forretningsrejse)",
            r"dette er et (?:automatisk svar|autosvar)",
        ),
        more=(r"tilbage|retur", r"haster|hastesag|akut"),
        sure=(
            r"begrænset adgang til (?:min )?(?:e-?mail|mail)",
            r"i (?:hastende|presserende) tilfælde|hvis det haster",
        ),
        joins=r"og|men|fordi|min|mit|jeres",
    ),
    "no": Words(
        titles=(
            r"automatisk svar|autosvar",
            r"frav[æa]r(?:smelding|ende)?|ikke p[åa] kontoret|ikke til stede|borte fra kontoret",
            r"(?:p[åa] )?ferie",
        ),
        openings=(
            r"jeg (?:er|har|avvikler) (?:for tiden |for øyeblikket |nå |)(?:ikke på kontoret|på ferie|ferie|fraværende"
            r"|ute av kontoret|ikke tilgjengelig|bortreist|i permisjon|på reise)",
            r"dette er et automatisk svar",
        ),
        more=(r"tilbake", r"haster|presserende"),
        sure=(r"begrenset tilgang til (?:e-?post|mail)", r"(?:ved|i) (?:hastesaker|presserende)|dersom det haster"),
        joins=r"og|men|fordi|min|mitt|deres",
    ),
    "fi": Words(
        titles=(
            r"automaattinen (?:vastaus|poissaoloviesti|poissaoloilmoitus)|automaattivastaus",
            r"poissa(?:olo(?:viesti|ilmoitus)?)?(?: toimistosta)?|en ole (?:toimistolla|paikalla)",
            r"(?:vuosi)?lomalla",
        ),
        openings=(
            r"olen (?:tällä hetkellä |parhaillaan |)(?:[^.\n]|(?<=\d)\.){0,30}?(?:lomalla|vuosilomalla"
            r"|poissa|matkoilla|työmatkalla|vapaalla"
            r"|tavoittamattomissa)",
            r"en ole (?:tällä hetkellä )?(?:toimistolla|paikalla|tavoitettavissa)",
            r"tämä on automaattinen (?:vastaus|viesti)",
        ),
        more=(r"palaan|takaisin", r"kiireelli"),
        sure=(r"rajoitetusti sähköposti", r"kiireellisissä (?:asioissa|tapauksissa)"),
        joins=r"ja|mutta|koska|minun",
    ),
    "ru": Words(
        titles=(
            r"автоматический ответ|автоответ(?:чик)?|автоматическое уведомление",
            r"(?:вне офиса|нет на месте|отсутств(?:ие|ую)(?: на рабочем месте)?)",
            r"в отпуске|отпуск",
        ),
        openings=(
            r"(?:я|сейчас я|в настоящее время я)? ?(?:нахожусь|буду|отсутствую)? ?(?:сейчас |)"
            r"(?:в отпуске|вне офиса|в командировке|отсутствую (?:в офисе|на рабочем месте)|на больничном)",
            r"меня (?:сейчас )?нет (?:в офисе|на рабочем месте|на месте)",
            r"это автоматический ответ",
        ),
        more=(r"вернусь|возвращ|выйду", r"срочн"),
        sure=(r"ограничен\w{0,3} доступ", r"(?:в срочных случаях|по срочным вопросам|в экстренных)"),
        joins=r"и|а|но|потому|мой|моя|моё",
    ),
    "uk": Words(
        titles=(
            r"автоматична відповідь|автовідповідь|автовідповідач",
            r"поза офісом|відсутн(?:ій|я|ість)|немає на місці",
            r"у відпустці|відпустка",
        ),
        openings=(
            r"(?:я )?(?:зараз |наразі |)?(?:перебуваю|буду|знаходжусь)? ?(?:у відпустці|поза офісом"
            r"|у відрядженні|відсутн(?:ій|я))",
            r"мене (?:зараз )?немає (?:в офісі|на місці)",
            r"це автоматична відповідь",
        ),
        more=(r"поверн", r"термінов"),
        sure=(r"обмежен\w{0,4} доступ", r"(?:у термінових випадках|з термінових питань)"),
        joins=r"і|та|але|бо|мій|моя",
    ),
    "zh": Words(
        titles=(
            r"自动(?:回复|答复|應答)|自動(?:回覆|回复|答覆)",
            r"(?:不在|外出|休假|出差|離開|离开)(?:办公室|辦公室)?(?:通知|中)?",
            r"休假中",
        ),
        openings=(
            r"(?:您好[，,！!。]?\s?)?(?:我|本人)?(?:目前|现在|現在|正在|将|將)?(?:正)?(?:在|处于)?(?:休假|度假|出差|外出|不在办公室|不在辦公室)",
            r"(?:这|這)是(?:一封)?(?:自动|自動)(?:回复|回覆|答复)",
        ),
        more=(r"回来|回來|返回|恢复|返岗", r"紧急|緊急|急事"),
        sure=(
            r"如(?:有|遇)(?:紧急|緊急|急事|急)",
            r"无法(?:及时|立即)?(?:查收|回复|收取)|無法(?:及時|立即)?(?:查收|回覆)",
        ),
        joins=r"但|可是|而且|因为|所以|我的|请问|請問",
    ),
    "ja": Words(
        titles=(
            r"自動(?:返信|応答|回答)(?:メール|メッセージ)?",
            r"不在(?:通知|連絡|のお知らせ|のため)?|休暇(?:中|のお知らせ)?|外出中|出張中",
        ),
        openings=(
            r"(?:[^\n。]{0,40}(?:お世話になっております|ありがとうございます)。?\s*)?(?:ただ今|ただいま|現在|本日)?[、は]?[^\n。]{0,30}?"
            r"(?:不在に?(?:して|と)|休暇(?:を|中|で)|外出(?:中|して)|出張(?:中|で)|席を外して|休業)",
            r"(?:これ|このメール|本メール)は自動(?:返信|応答|送信)",
        ),
        more=(r"戻り|出社|復帰|以降", r"緊急|お急ぎ|至急"),
        sure=(r"(?:お急ぎ|緊急|至急)の(?:場合|方|ご用件|用件)", r"自動(?:返信|応答|送信)"),
        joins=r"が[、,]|けど|けれど|ので|しかし",
    ),
    "sl": Words(
        titles=(
            r"(?:samodejni|avtomatski|avtomatični) (?:odgovor|odziv)",
            r"odsotnost|odsot(?:en|na)|odsoten/na|nisem v pisarni|izven pisarne|zunaj pisarne",
            r"(?:na )?dopust(?:u)?",
        ),
        openings=(
            r"(?:trenutno |do |v času )?(?:[^.\n]|(?<=\d)\.){0,20}?(?:sem|nisem|bom|ne bom) (?:trenutno |do \S{1,12} |)"
            r"(?:odsot(?:en|na)|na (?:dopustu|bolniški|porodniški|službeni poti)|v pisarni|dosegljiv[a]?|v službi)",
            r"(?:odsot(?:en|na)|na dopustu) (?:sem|bom)",
            r"to je (?:samodejni|avtomatski) odgovor",
        ),
        more=(r"vrnem|vrnil|nazaj|dosegljiv|odgovoril", r"nujn"),
        sure=(
            r"(?:v nujnih primerih|za nujne zadeve|v nujnem primeru)",
            r"omejen dostop do",
            r"ne bo(?:do)? preusmerjen",
        ),
        joins=r"in|pa|ampak|vendar|ker|moja|moj|ter",
    ),
    "hr": Words(
        titles=(
            r"automatski odgovor|automatsko (?:odgovaranje|odgovor)",
            r"izvan ureda|odsut(?:an|na)|odsutnost|nisam u uredu",
            r"(?:na )?(?:godišnj(?:em|i)(?: odmoru?)?|odmoru)",
        ),
        openings=(
            r"(?:trenutno |do )?(?:[^.\n]|(?<=\d)\.){0,20}?(?:sam|nisam|bit ću|neću biti) (?:trenutno |do \S{1,12} |)"
            r"(?:odsut(?:an|na)|na (?:godišnjem|odmoru|bolovanju|porodiljnom|službenom putu)|izvan ureda"
            r"|u uredu|dostup(?:an|na))",
            r"ovo je automatski odgovor",
        ),
        more=(r"vraćam|vratit|povrat", r"hitn"),
        sure=(r"(?:u hitnim slučajevima|za hitne (?:slučajeve|stvari)|u hitnom slučaju)", r"ograničen pristup"),
        joins=r"i|a|ali|jer|moja|moj|te",
    ),
    "sr": Words(
        titles=(
            r"automatski odgovor|аутоматски одговор",
            r"van kancelarije|ван канцеларије|odsut(?:an|na)|одсут(?:ан|на)|odsustvo|одсуство",
            r"(?:na )?godišnj(?:em|i) odmor(?:u)?|(?:на )?годишњ(?:ем|и) одмор(?:у)?",
        ),
        openings=(
            r"(?:trenutno |do )?(?:sam|nisam|biću|neću biti) (?:trenutno |)(?:odsut(?:an|na)"
            r"|na (?:godišnjem|odmoru|bolovanju)"
            r"|van kancelarije|u kancelariji|dostup(?:an|na))",
            r"(?:тренутно )?(?:сам|нисам|бићу|нећу бити) (?:тренутно |)(?:одсут(?:ан|на)|на (?:годишњем"
            r"|одмору|боловању)"
            r"|ван канцеларије|у канцеларији|доступ(?:ан|на))",
            r"ovo je automatski odgovor|ово је аутоматски одговор",
        ),
        more=(r"vraćam|vratiću|враћам|вратићу", r"hitn|хитн"),
        sure=(r"u hitnim slučajevima|у хитним случајевима|za hitne|за хитне",),
        joins=r"i|a|ali|jer|moja|moj|и|а|али|јер|моја|мој",
    ),
    "he": Words(
        titles=(
            r"מענה אוטומטי|תשובה אוטומטית|הודעה אוטומטית|השב אוטומטי|תגובה אוטומטית",
            r"מחוץ למשרד|הודעת היעדרות|היעדרות|הודעת העדרות|לא נמצאת? במשרד",
            r"בחופשה|חופשה",
        ),
        openings=(
            r"(?:אני|הנני) (?:כרגע |כעת |)(?:נמצאת? )?(?:מחוץ למשרד|בחופשה|בחופשת \S{2,10}|בחו[\"״]ל"
            r"|לא זמינה?|לא במשרד)",
            r"(?:אני )?(?:לא|אינני) (?:נמצאת? )?במשרד",
            r"(?:זוהי|זו) (?:הודעה|תשובה) אוטומטית",
        ),
        more=(r"אחזור|אשוב|חזרתי|עד (?:יום|ה|תאריך)", r"דחו[פף]"),
        sure=(r"(?:במקרה|למקרים|בעניין|לעניינים|בנושאים?) דחו[פף]", r"גישה מוגבלת"),
        joins=r"אבל|והמנורה|כי|ו?שלי",
    ),
}
