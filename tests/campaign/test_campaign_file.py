"""A campaign as a zip: the same bytes each time, no salt, and refused when changed."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from retention.artifacts import with_manifest
from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.errors import InputError, ModelError
from retention.tabular.archives import write_archive
from tests.campaign.cases import SALT, candidates, design


@pytest.fixture
def campaign() -> Campaign:
    """Return a drawn campaign."""
    registered = design(300, kind="offers")
    return Campaign(registered, draw(candidates(300), registered, salt=SALT))


def test_a_campaign_is_read_back(campaign: Campaign, tmp_path: Path) -> None:
    """Design and assignments are the same, the zip has the same bytes each time, and the salt is not in it."""
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    campaign.save(first)
    again = Campaign.load(first)
    again.save(second)
    assert again.design == campaign.design
    pd.testing.assert_frame_equal(again.assignments, campaign.assignments)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert files.keys() == {"design.json", "assignments.parquet", "manifest.json"}
    assert not any(SALT in content or SALT.hex().encode() in content for content in files.values())


def test_a_changed_campaign_is_refused(campaign: Campaign, tmp_path: Path) -> None:
    """One changed byte, an edited design with a new hash, other assignments, and a file that is no zip."""
    path = tmp_path / "diwali.zip"
    files = campaign.files()
    write_archive({**files, "design.json": files["design.json"].replace(b"0.2", b"0.3")}, path)
    with pytest.raises(ModelError, match=r"design\.json is not the file that was saved"):
        Campaign.load(path)
    edited = {name: files[name] for name in ("design.json", "assignments.parquet")}
    edited["design.json"] = edited["design.json"].replace(b'"horizon_days":30', b'"horizon_days":31')
    manifest = json.loads(files["manifest.json"])
    fields = {name: manifest[name] for name in ("kind", "format", "design_sha256")}
    write_archive(with_manifest(edited, fields), path)
    with pytest.raises(ModelError, match="the design was edited after the draw"):
        Campaign.load(path)
    for wrong in (campaign.assignments[:299], campaign.assignments.assign(arm="gold")):
        Campaign(campaign.design, wrong).save(path)
        with pytest.raises(ModelError, match="does not belong to the design"):
            Campaign.load(path)
    path.write_bytes(b"PK is not enough, however long the text is")
    with pytest.raises(InputError, match="is no zip of a campaign"):
        Campaign.load(path)
    with pytest.raises(InputError, match="there is no such file"):
        Campaign.load(tmp_path / "nowhere.zip")
