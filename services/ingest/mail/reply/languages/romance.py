"""French, Italian, Spanish, Portuguese, Catalan, Galician and Romanian."""

from services.ingest.mail.reply.languages.language import Language

FRENCH = Language(
    code="fr",
    openings=("Le", "En date du", "Message du", "Envoyé le"),
    wrote=(r"a [ée]crit", r"écrivait", r"ecrivait", r"écrit", r"a envoyé", r"nous a dit"),
    first_person=(r"(?:j['’]ai|nous avons|ma \w+ a|mon \w+ a|il a|elle a) (?:vous )?[ée]crit",),
    sender=("De", "Expéditeur", "De la part de"),
    sent=("Envoyé", "Envoyé le", "Envoye", "Envoyée", "Message du", "Date d'envoi"),
    date=("Date",),
    to=("À", "A", "Pour", "Destinataire"),
    copy=("Copie à", "Copie", "Répondre à", "Pièces jointes", "Importance"),
    subject=("Objet", "Sujet"),
    original=("Message d'origine", "Message d’origine", "Message original", "Message d'origine de", "Message initial",
              "Courriel original", "E-mail d'origine", "Mail original", "Courrier original", "Rendez-vous d'origine", "Message précédent"),
    forwarded=("Message transféré", "Message transmis", "Début du message réexpédié", "Début du message transféré",
               "Message réexpédié", "Transféré par", "Message transfere", "Courriel transféré"),
    mobile=(
        r"envoy[ée]e? (?:depuis|de|à partir de|avec|via|du|par)(?: [\w.’'-]+){1,7}",
        r"(?:télécharg\w+|obtenir|obtenez) outlook pour (?:ios|android|mac)",
        r"provenance : courrier pour windows(?: 10)?",
    ),
    above=("répondez au-dessus de cette ligne", "veuillez répondre au-dessus de cette ligne",
           "merci de répondre au-dessus de cette ligne", "veuillez saisir votre réponse au-dessus de cette ligne"),
)  # fmt: skip

ITALIAN = Language(
    code="it",
    openings=("Il", "Il giorno", "In data", "Alle", "Nel messaggio"),
    wrote=(r"ha scritto", r"scrive", r"ha inviato", r"hai scritto", r"avete scritto"),
    first_person=(r"(?:ho|abbiamo) scritto", r"mi[ao] \w+ (?:ha|vi ha) scritto"),
    sender=("Da", "Mittente"),
    sent=("Inviato", "Inviato il", "Inviata"),
    date=("Data",),
    to=("A", "Destinatario"),
    copy=("Per conoscenza", "Rispondi a", "Allegati", "Priorità", "Ccn", "Cc"),
    subject=("Oggetto",),
    original=("Messaggio originale", "Messaggio Originale", "Messaggio originario", "E-mail originale"),
    forwarded=("Messaggio inoltrato", "Inizio messaggio inoltrato", "Inoltrato da", "Inizio del messaggio inoltrato"),
    mobile=(
        r"inviat[oa] (?:da|dal|dalla|con|tramite|dallo|via)l?(?:[ ’'][\w.-]+){1,7}",
        r"(?:scarica|ottieni) outlook per (?:ios|android)",
    ),
    above=("rispondi sopra questa riga", "si prega di rispondere sopra questa riga"),
)  # fmt: skip

SPANISH = Language(
    code="es",
    openings=("El", "El día", "En", "Con fecha"),
    wrote=(r"escribi[óo]", r"ha escrito", r"escribe", r"ha dicho"),
    first_person=(r"(?:he|hemos) escrito", r"mi \w+ (?:les |le |os )?escribi[óo]"),
    sender=("De", "Remitente"),
    sent=("Enviado", "Enviado el", "Enviados", "Enviada"),
    date=("Fecha",),
    to=("Para", "A", "Destinatario"),
    copy=("Con copia", "CCO", "Responder a", "Organización", "Importancia", "Datos adjuntos"),
    subject=("Asunto",),
    original=("Mensaje original", "Mensaje Original", "Correo original", "Cita original"),
    forwarded=("Mensaje reenviado", "Inicio del mensaje reenviado", "Reenviado por", "Correo reenviado"),
    mobile=(
        r"enviado (?:desde|con|a través de|mediante|vía|por)(?: [\w.’'-]+){1,7}",
        r"(?:obtener|obtén|descargar) outlook para (?:ios|android)",
    ),
    above=("responda por encima de esta línea", "por favor responda por encima de esta línea",
           "escriba su respuesta por encima de esta línea"),
)  # fmt: skip

PORTUGUESE = Language(
    code="pt",
    openings=("Em", "A", "No dia", "Às", "Na"),
    wrote=(r"escreveu", r"escreve", r"enviou"),
    first_person=(r"(?:eu|nós) escrev\w+", r"(?:minha|meu) \w+ escreveu"),
    sender=("De", "Remetente"),
    sent=("Enviado", "Enviada", "Enviada em", "Enviado em", "Enviado a"),
    date=("Data",),
    to=("Para", "Destinatário"),
    copy=("Com cópia", "Responder a", "Responder A", "Anexos", "Prioridade"),
    subject=("Assunto",),
    original=("Mensagem original", "Mensagem Original", "E-mail original", "Compromisso original"),
    forwarded=("Mensagem encaminhada", "Mensagem reencaminhada", "Início da mensagem reencaminhada",
               "Início da mensagem encaminhada", "Encaminhado por"),
    mobile=(
        r"enviado (?:do|da|de|a partir do|a partir de|pelo|pela|via|com)(?: [\w.’'-]+){1,7}",
        r"(?:obter|obtenha)(?: o)? outlook para (?:o )?(?:ios|android)",
    ),
    above=("responda acima desta linha", "por favor responda acima desta linha", "escreva acima desta linha"),
)  # fmt: skip

CATALAN = Language(
    code="ca",
    openings=("El",),
    wrote=(r"va escriure", r"ha escrit", r"escrigué", r"missatge de"),
    wrote_whom=(r"missatge de",),
    sender=("De",),
    sent=("Enviat", "Enviat el"),
    date=("Data",),
    to=("Per a", "Per"),
    copy=("A/c",),
    subject=("Assumpte", "Tema"),
    original=("Missatge original",),
    forwarded=("Missatge reenviat",),
    mobile=(r"enviat (?:des de|des del|amb)(?: [\w.’'-]+){1,6}",),
)

GALICIAN = Language(
    code="gl",
    openings=("O", "En"),
    wrote=(r"escribiu",),
    sender=("De",),
    sent=("Enviado", "Enviado o"),
    date=("Data",),
    to=("Para",),
    subject=("Asunto",),
    original=("Mensaxe orixinal",),
    forwarded=("Mensaxe reenviada",),
    mobile=(r"enviado desde o(?: [\w.’'-]+){1,6}",),
)

ROMANIAN = Language(
    code="ro",
    openings=("Pe", "În", "La", "La data", "La data de", "În data de"),
    wrote=(r"a scris", r"scrie"),
    first_person=(r"(?:am|mea a|meu a) scris",),
    sender=("De la", "Expeditor", "Expeditorul"),
    sent=("Trimis", "Trimis la"),
    date=("Data", "Dată"),
    to=("Către", "Catre", "Destinatarul", "La"),
    copy=("Răspuns către", "Organizație"),
    subject=("Subiect", "Subiectul"),
    original=("Mesaj original", "Mesajul original", "Mesaj inițial"),
    forwarded=("Mesaj redirecționat", "Mesaj redirectionat", "Începe mesajul redirecționat", "Mesaj înaintat"),
    mobile=(r"trimis (?:de pe|din|cu|prin)(?: [\w.’'-]+){1,6}",),
)

ROMANCE = (FRENCH, ITALIAN, SPANISH, PORTUGUESE, CATALAN, GALICIAN, ROMANIAN)
