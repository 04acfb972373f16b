"""The HTML of the Share tab: a preview of a release, and its result; foreign text is escaped. Knows no gradio."""

from html import escape

from retention.hub.reference import Reference
from retention.hub.release import Release, readable_size
from retention.pipeline.hub import CampaignReplay, ReplayResult
from retention.ui.components.html import empty
from retention.ui.session import Session
from retention.ui.tabs.share.handlers import Plan, Published

_PULL = {
    "model": "python -m retention pull {at} --out model",
    "dataset": "python -m retention pull {at} --kind dataset --out data",
    "campaign": "python -m retention pull {at} --kind campaign --out campaign",
}
_TAB = {"model": "Churn model", "dataset": "Customers"}


def state(session: Session) -> str | None:
    """Return where the model is on the Hub; None where it is not."""
    return None if session.model_at is None else f"model at {Reference.parse(session.model_at).short}"


def model_status(session: Session) -> str:
    """Return whether this session's model is on the Hub."""
    if session.model is None:
        return empty("No model yet. Train one in the second tab, or load one from the Hub there.")
    if session.model_at is None:
        return '<p class="headline">This model is not on the Hub yet.</p>'
    return f'<p class="headline">This model is on the Hub as <code>{_short(session.model_at)}</code></p>'


def account(name: str | None, *, on_space: bool, signed_in: bool) -> str:
    """Return in whose name the app calls the Hub, and what to do where nobody is signed in.

    Parameters
    ----------
    name
        The visitor's name on the Hub, where it is known.
    on_space
        Whether each visitor signs in for themselves.
    signed_in
        Whether there is a token to call the Hub with.
    """
    if on_space and signed_in:
        sentence = (
            f"You are signed in{f' as <b>{escape(name)}</b>' if name else ''}: you publish in your own name."
        )
    elif on_space:
        sentence = (
            "You are not signed in, so only public models and data can be loaded. To publish, sign in first, "
            "because that reloads the page and starts over."
        )
    elif signed_in:
        sentence = "This machine's token is used (<code>hf auth login</code>, or HF_TOKEN)."
    else:
        sentence = (
            "No token is set up, so only public models and data can be loaded. To publish, run "
            "<code>hf auth login</code> in a terminal of this machine, and open this page at 127.0.0.1 anew."
        )
    return f'<p class="muted who">{sentence}</p>'


def plan(planned: Plan | None) -> str:
    """Return everything a person should see before publishing."""
    if planned is None:
        return ""
    release = planned.release
    visibility = "private: only you, or your organisation, will see it"
    if not release.private:
        visibility = "<b>public: everybody will see it</b>"
    warnings = "".join(
        f'<p class="finding warning"><b>Warning.</b> {escape(sentence)}</p>' for sentence in release.warnings
    )
    files = "".join(
        f'<tr><td>{escape(file.path)}</td><td class="number">{readable_size(file.size)}</td></tr>'
        for file in release.files
    )
    size = f"{len(release.files)} files, {readable_size(release.size)}"
    unshared = "".join(f"<li>{escape(sentence)}</li>" for sentence in release.left_out)
    return (
        '<div class="release"><p class="headline">Nothing has been sent yet. This would go to the '
        f"{release.kind} repository <b>{escape(release.repo)}</b>, {visibility}.</p>{warnings}"
        f'<div class="halves">{_part("files", size, files)}{_part("columns", "Columns", _fates(release))}</div>'
        + (f'<p class="label">What stays here</p><ul class="facts">{unshared}</ul>' if unshared else "")
        + "</div>"
    )


def published(release: Published | None) -> str:
    """Return where a release is now, and how to load it."""
    if release is None:
        return ""
    pushed, kind = release.pushed, release.plan.release.kind
    ways = [("On the command line", _PULL[kind].format(at=pushed.reference))]
    if any(path.startswith("send_list/") for path in pushed.files):
        ways.append(("Replay the decision", f"python -m retention replay {pushed.reference}"))
    if kind == "campaign":
        ways.append(("Replay it", f"python -m retention replay {pushed.reference}"))
    else:
        ways.append((f"In the app, {_TAB[kind]} tab, From the Hub", pushed.reference))
    rows = "".join(f"<dt>{name}</dt><dd><code>{escape(command)}</code></dd>" for name, command in ways)
    visibility = "private" if pushed.private else "public"
    link = f'<a href="{escape(release.page)}" target="_blank" rel="noopener">Open it on the Hub</a>'
    return (
        f'<div class="card" role="status"><span class="label">Published as a {visibility} {kind}, '
        f'{len(pushed.files)} files</span><span class="figure">{_short(pushed.reference)}</span>'
        f'<span class="note">{link}</span>'
        f'<dl class="ways">{rows}</dl></div>'
    )


def replayed(result: ReplayResult | CampaignReplay | None) -> str:
    """Return whether a decision or a campaign came out the same, and where not."""
    if result is None:
        return ""
    if isinstance(result, CampaignReplay):
        return _replayed_campaign(result)
    tone, answer = ("up", "yes, bit for bit") if result.identical else ("down", "no")
    differences = "".join(
        f"<li>{escape(column)} differs in {rows:,} row{'' if rows == 1 else 's'}</li>"
        for column, rows in result.different.items()
    )
    source = Reference(result.repo, result.commit).short
    return (
        f'<div class="card" role="status"><span class="label">Identical</span><span class="figure {tone}">{answer}'
        f'</span><span class="note">{result.customers:,} customers of {escape(source)}, scored again with '
        f'{_short(result.model)}</span><ul class="facts">{differences}</ul></div>'
    )


def _replayed_campaign(result: CampaignReplay) -> str:
    tone, answer = ("up", "yes, bit for bit") if result.identical else ("down", "no")
    source = Reference(result.repo, result.commit).short
    facts = [f"{name} differs" for name in result.different]
    facts += [result.registered, *([result.reading] if result.reading else [])]
    return (
        f'<div class="card" role="status"><span class="label">Identical</span><span class="figure {tone}">{answer}'
        f'</span><span class="note">The arms of {result.customers:,} customers of {escape(result.campaign)}, cut '
        f"from their lots again{', and their outcomes, measured again' if result.reading else ''} "
        f'({escape(source)})</span><ul class="facts">'
        + "".join(f"<li>{escape(fact)}</li>" for fact in facts)
        + "</ul></div>"
    )


def _part(name: str, title: str, rows: str) -> str:
    """Return a table that may have to be scrolled, so the keyboard must reach it."""
    return (
        f'<div class="{name}" tabindex="0" role="region" aria-label="{title}"><p class="label">{title}</p>'
        f'<table class="plain"><tbody>{rows}</tbody></table></div>'
    )


def _fates(release: Release) -> str:
    """Return a row for each thing that happens to columns, with their names."""
    fates: dict[str, list[str]] = {}
    for column in release.columns:
        fates.setdefault(column.fate + (f", {column.why}" if column.why else ""), []).append(column.name)
    return "".join(
        f"<tr><td>{escape(fate)}</td><td>{escape(', '.join(names))}</td></tr>" for fate, names in fates.items()
    )


def _short(reference: str) -> str:
    return escape(Reference.parse(reference).short)
