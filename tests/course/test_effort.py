"""A lesson does less in a browser and in a test, and says so in a browser."""

import sys

from minigrad.course import amounts, effort


def test_a_machine_of_one_s_own_does_all(monkeypatch):
    monkeypatch.delenv("MINIGRAD_NOTEBOOK_FAST", raising=False)
    assert effort(400, fast=20) == 400


def test_a_browser_does_less_and_says_so_once(monkeypatch, capsys):
    monkeypatch.delenv("MINIGRAD_NOTEBOOK_FAST", raising=False)
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(amounts, "told", False)
    assert effort(400, fast=20, browser=100) == 100 and effort(400, fast=20) == 20
    assert capsys.readouterr().out.count("In the browser") == 1


def test_a_test_does_next_to_nothing(monkeypatch):
    monkeypatch.setenv("MINIGRAD_NOTEBOOK_FAST", "1")
    assert effort(400, fast=20, browser=100) == 20
