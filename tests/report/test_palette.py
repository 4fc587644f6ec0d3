"""Pens: an own colour and an own line for more people than a branch has, for colour-blind readers too."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optimizer.report.palette import PENS, pen

#: What each kind of colour blindness makes of linear RGB: Machado, Oliveira & Fernandes (2009), severity 1.0.
SIMULATED = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
#: Colours closer than this in CIELAB are not told apart at a glance.
APART = 12.0


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_everybody_has_an_own_colour() -> None:
    assert PENS >= 25
    assert len({pen(index).colour for index in range(PENS)}) == PENS
    assert pen(PENS) == pen(0)


@pytest.mark.parametrize("blindness", SIMULATED)
def test_colours_that_may_be_confused_have_different_lines(blindness: str) -> None:
    seen = [lab(np.array(SIMULATED[blindness]) @ linear(pen(index).colour)) for index in range(PENS)]
    confused = [
        (a, b)
        for a, b in itertools.combinations(range(PENS), 2)
        if np.linalg.norm(seen[a] - seen[b]) < APART and pen(a).dash == pen(b).dash
    ]
    assert confused == []


def test_neighbours_differ_in_colour_and_in_line() -> None:
    for index in range(PENS - 1):
        assert pen(index).colour != pen(index + 1).colour
        assert pen(index).dash != pen(index + 1).dash


def test_every_colour_is_seen_on_white_and_its_text_is_read() -> None:
    for index in range(PENS):
        luminance = float(np.array([0.2126, 0.7152, 0.0722]) @ linear(pen(index).colour))
        ink = float(np.array([0.2126, 0.7152, 0.0722]) @ linear(pen(index).ink))
        light, dark = max(luminance, ink) + 0.05, min(luminance, ink) + 0.05
        assert light / dark >= 4.2
        assert 1.05 / (luminance + 0.05) >= 1.5
