"""Checking a trace without the service: the chain of its digests, and that its events are under their seals.

A trace is what the trace of a report shows: ``{report, head_digest, events: [{…, seq, digest}], content?}``.
An event that is not public is a line with nothing but its ``digest``: it holds its place in the chain and
keeps its content. ``proofs`` are the results of the report's proof, ``{seq, digest, seal, path}``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.merkle import is_included
from reports.events import chain, content_hash

NOT_COVERED = frozenset({"seq", "digest"})


@dataclass(frozen=True)
class Verdict:
    """What a check found: how many events were looked at, how many of them are sealed, and every fault."""

    event_count: int
    sealed_count: int
    faults: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


def verify(
    trace: Mapping[str, Any],
    proofs: Sequence[Mapping[str, Any]] = (),
    roots: Mapping[str, str] | None = None,
) -> Verdict:
    """Check a trace, and the proofs when there are any.

    ``roots`` are roots by the code of their seal as learnt elsewhere (a newspaper, another copy of the list
    of seals); without them a proof is held against the root it brings itself.
    """
    events: Sequence[Mapping[str, Any]] = trace["events"]
    digests = {event["seq"]: event["digest"] for event in events if event.get("seq") is not None}
    sealed = [proof for proof in proofs if proof["seal"] is not None]
    faults = [*_chain_faults(trace, events), *_content_faults(trace), *_proof_faults(sealed, digests, roots)]
    return Verdict(len(events), len(sealed), tuple(faults))


def _chain_faults(trace: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    previous = ""
    for position, event in enumerate(events, start=1):
        body = {key: value for key, value in event.items() if key not in NOT_COVERED}
        if body and chain(previous, body) != event["digest"]:
            yield f"event {position} ({body.get('kind')}) does not match its digest"
        if body and body.get("report") != trace["report"]:
            yield f"event {position} belongs to another report"
        previous = event["digest"]
    if previous != trace["head_digest"]:
        yield "the last event is not the one that the report's head names"


def _content_faults(trace: Mapping[str, Any]) -> Iterable[str]:
    """The text and place as their producer got them back are the ones that the first event names."""
    if trace.get("content") is None:
        return
    content = {key: value for key, value in trace["content"].items() if key not in {"salt", "hash"}}
    named = trace["events"][0].get("data", {}).get("content")
    if content_hash(trace["content"]["salt"], content) != named:
        yield "the content is not the one that was submitted"


def _proof_faults(
    proofs: Iterable[Mapping[str, Any]], digests: Mapping[int, str], roots: Mapping[str, str] | None
) -> Iterable[str]:
    for proof in proofs:
        seal, seq = proof["seal"], proof["seq"]
        root = seal["root"] if roots is None else roots.get(seal["code"])
        if digests.get(seq) != proof["digest"]:
            yield f"the proof of event {seq} is about a digest that is not in the trace"
        elif root is None:
            yield f"seal {seal['code']} of event {seq} is not among the known seals"
        elif not _is_sealed(proof, root):
            yield f"event {seq} is not under seal {seal['code']}"


def _is_sealed(proof: Mapping[str, Any], root: str) -> bool:
    seal = proof["seal"]
    path = [bytes.fromhex(step) for step in proof["path"]]
    index = proof["seq"] - seal["first_seq"]
    return is_included(bytes.fromhex(proof["digest"]), index, seal["event_count"], path, bytes.fromhex(root))
