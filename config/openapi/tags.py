"""What the groups of operations are, for whoever reads the document."""

TAGS = {
    "areas": "The named polygons of the city.",
    "categories": "The catalogue: what can be reported, who answers, what the app asks and says first.",
    "deliveries": "What was posted to a firm's endpoints, and posting it again.",
    "desk": "Where bureau staff screen, triage, answer and decide.",
    "endpoints": "A firm's webhook addresses, their secrets and their log.",
    "events": "The feed for organisations whose systems cannot be called.",
    "indicators": "Defined measures of how the city answers, with the rows behind them.",
    "live": "Passes for live connections; the channels themselves are in `/api/asyncapi.json`.",
    "me": "The citizen's own: account, consents, inbox, what they follow.",
    "news-by-hand": "News for people without e-mail or phone: letters to print, calls to make.",
    "organisations": "Who answers for something in this city.",
    "photos": "Pictures of reports, cleaned of everything but the picture.",
    "reports": "The heart: send, find, follow, support, comment, dispute and withdraw.",
    "routing": "Who would answer for a place, and why.",
    "seals": "Merkle roots over everything that happened.",
    "tickets": "One organisation's share of the work on a report.",
    "uploads": "Photos piece by piece over a bad line (tus 1.0).",
    "tokens": "Tokens of machines.",
}
