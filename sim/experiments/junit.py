"""A check's findings as JUnit XML, the form in which build servers take the results of tests.

    junit_xml(findings, strict)   -> the text of the file; one test case for each scenario

What moved fails, what could not be run is an error, what is not pinned is skipped (strictly taken, it fails).
Knows nothing of files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from sim.experiments.pin import Finding, Verdict
from sim.experiments.pin_report import headline, in_words

SUITE = "nelm.pin"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, however it is escaped


def junit_xml(findings: Iterable[Finding], strict: bool = False) -> str:
    """The findings as JUnit XML.

    strict   what is the same within tolerance, or not pinned, fails too
    """
    cases = [_case(finding, strict) for finding in findings]
    counts = {"tests": str(len(cases))}
    for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        counts[attribute] = str(sum(case.find(tag) is not None for case in cases))
    counts["time"] = f"{sum(float(case.get('time', '0')) for case in cases):.3f}"
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": SUITE, **counts})
    suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(finding: Finding, strict: bool) -> ElementTree.Element:
    attributes = {"classname": SUITE, "name": finding.scenario, "time": f"{finding.seconds:.3f}"}
    case = ElementTree.Element("testcase", attributes)
    words = _clean(in_words(finding))
    if finding.verdict is Verdict.BROKEN:
        tag = "error"
    elif not finding.passes(strict):
        tag = "failure"
    elif finding.verdict is Verdict.UNPINNED:
        tag = "skipped"
    else:
        ElementTree.SubElement(case, "system-out").text = words
        return case
    kind = {} if tag == "skipped" else {"type": str(finding.verdict)}
    ElementTree.SubElement(case, tag, {"message": _clean(headline(finding)), **kind}).text = words
    return case


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", text)
