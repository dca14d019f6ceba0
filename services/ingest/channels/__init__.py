"""The channels that answer over HTTP: web form, WhatsApp Cloud webhook, chat over WebSocket."""
