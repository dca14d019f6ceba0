"""What config/channels.yaml says of attachments."""

from typing import Literal

from shared.config import Strict


class AttachmentPolicy(Strict):
    """`hook`: a file is handed out only after a scanner has reported it as clean (POST /attachments/{id}/scan)."""

    scan: Literal["none", "hook"] = "none"
