"""A replay in figures."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from interop.replay.run import Outcome

PERCENTILES = (50, 90, 95, 99, 100)


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """Counts and latencies as one JSON object; latencies are of whole answers, retries after a failure
    included.
    """
    sent, stories = outcome.sent, outcome.stories.values()
    accepted = [one for one in sent if one.is_accepted]
    refused = Counter(reason for one in sent for reason in one.refusals)
    return {
        "sent": len(sent),
        "accepted": len(accepted),
        "refused": len(sent) - len(accepted),
        "refused_by_reason": dict(refused.most_common()),
        "not_sent_category_unknown": dict(outcome.unknown_categories.most_common()),
        "requests": sum(one.tries for one in sent),
        "sent_again_after": dict(Counter(trouble for one in sent for trouble in one.troubles).most_common()),
        "sent_twice": sum(one.is_resent for one in sent),
        "answered_differently": sum(not one.is_same_again for one in sent),
        "routed": sum(story.is_routed for story in stories),
        "triaged": sum(story.is_in_triage for story in stories),
        "delivered": sum(story.is_delivered for story in stories),
        "lost": len(accepted) - sum(story.is_found for story in stories),
        "seconds": round(outcome.seconds, 2),
        "reports_per_second": round(len(sent) / outcome.seconds, 1) if outcome.seconds else None,
        "most_behind_s": round(outcome.most_behind_s, 2),
        "latency_ms": percentiles([one.seconds * 1000 for one in accepted]),
    }


def verification_of(outcome: Outcome, in_database: int | None) -> dict[str, Any]:
    """Whether each accepted report is there once, is with somebody, and has a chain of digests that holds.

    ``in_database`` are the reports that the database has of this replay, None when it is out of reach.
    """
    stories = list(outcome.stories.values())
    accepted = [one.receipt["code"] for one in outcome.sent if one.is_accepted]
    faults = Counter(story.fault for story in stories if story.fault)
    unsettled = [story.code for story in stories if not story.is_settled]
    doubled = None if in_database is None else in_database - len(accepted)
    holds = not faults and not unsettled and len(set(accepted)) == len(accepted) == len(stories)
    return {
        "is_verified": holds and doubled in (None, 0),
        "chains_verified": len(stories) - faults.total(),
        "broken": dict(faults),
        "with_nobody": unsettled[:20],
        "codes_given_twice": len(accepted) - len(set(accepted)),
        "doubled_in_database": doubled,
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Nearest-rank percentiles to a tenth; empty without values."""
    ordered = sorted(values)
    if not ordered:
        return {}
    ranks = {f"p{p}": max(-(-p * len(ordered) // 100) - 1, 0) for p in PERCENTILES}
    return {name: round(ordered[rank], 1) for name, rank in ranks.items()}
