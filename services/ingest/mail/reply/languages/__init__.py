"""The words that mail programs write into replies, by language: data, and nothing else."""

from services.ingest.mail.reply.languages.baltic import BALTIC
from services.ingest.mail.reply.languages.east import EAST
from services.ingest.mail.reply.languages.germanic import GERMANIC
from services.ingest.mail.reply.languages.language import Language
from services.ingest.mail.reply.languages.nordic import NORDIC
from services.ingest.mail.reply.languages.romance import ROMANCE
from services.ingest.mail.reply.languages.slavic import SLAVIC
from services.ingest.mail.reply.languages.slavic_cyrillic import SLAVIC_CYRILLIC

LANGUAGES: tuple[Language, ...] = (*GERMANIC, *NORDIC, *ROMANCE, *SLAVIC, *SLAVIC_CYRILLIC, *BALTIC, *EAST)

__all__ = ["LANGUAGES", "Language"]
